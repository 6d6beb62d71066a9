/**
 * What the past of rows costs: the same code with the stamp edited out beside it, in one process, taking turns. 10 000
 * audiences of one month, each edited five times in one field. The store is in memory and what counts is CPU
 * time, so that a busy machine changes little.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { bundleOf, type Edit } from '#tests/simulation/build.ts'
import { figuresOf, megabytes, ms, printRow } from './figures.ts'
import type { Variant } from './history-variant.ts'

const COUNT = 10_000
const ROUNDS = 400

const UNSTAMPED: Edit = {
  file: 'shared/table/commit/evaluate.ts',
  from: 'if (!this.#schema.history) return row',
  to: 'return row',
}

const folder = await mkdtemp(join(tmpdir(), 'history-'))
const variants = new Map<string, Variant>()
for (const [name, edits] of [
  ['without', [UNSTAMPED]],
  ['with', []],
] as const) {
  const file = join(folder, `${name}.mjs`)
  await writeFile(file, await bundleOf("export { openVariant } from '#tests/bench/history-variant.ts'", edits))
  const { openVariant } = (await import(pathToFileURL(file).href)) as { openVariant(count: number): Promise<Variant> }
  variants.set(name, await openVariant(COUNT))
}
const [without, stamped] = [variants.get('without')!, variants.get('with')!]

printRow('CPU', ['without p50', 'with p50', 'ratio'])
for (const what of ['save', 'get', 'page'] as const) {
  const took = { without: [] as number[], with: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
      const before = process.cpuUsage()
      await variants.get(name)![what](round)
      const { user, system } = process.cpuUsage(before)
      took[name].push((user + system) / 1000)
    }
  }
  const before = figuresOf(took.without.slice(20)).p50
  const after = figuresOf(took.with.slice(20)).p50
  printRow(what, [ms(before), ms(after), `${(after / before).toFixed(2)} ×`])
}
const [small, large] = [without.bytes(), stamped.bytes()]
printRow(`object of ${COUNT} audiences`, [megabytes(small), megabytes(large), `${(large / small).toFixed(2)} ×`])
await rm(folder, { recursive: true, force: true })
