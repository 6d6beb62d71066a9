import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { isoTime, systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import type { Change } from '#tests/faults/checker.ts'
import { between } from '#tests/simulation/seeded-random.ts'
import { CHILD_ENVIRONMENT } from '#tests/support/child-environment.ts'
import type { Site } from './site.ts'

/** Commands that people and pipelines type, some of them killed, and repeated until one ends well. */

const ATTEMPTS_MAX = 40
const PAUSE_MS = 500
const FILES_A_ROUND = 4

/** @returns whether one run ended well */
async function repeatedCommand(
  site: Site,
  main: string,
  args: readonly string[],
  environmentOf: () => Promise<Readonly<Record<string, string>>>,
): Promise<boolean> {
  let last = ''
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const { PATH = '' } = process.env
    const child = spawn(process.execPath, [join(PROJECT_ROOT, main), ...args], {
      env: { PATH, ...CHILD_ENVIRONMENT, ...(await environmentOf()) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const killing = new AbortController()
    // Its work takes about a second after it has loaded.
    if (site.random.uniform() < 0.2)
      void systemClock.sleep(between(site.random, 500, 3000), killing.signal).then(() => {
        if (!killing.signal.aborted && child.kill('SIGKILL')) site.count('killed commands')
      })
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    killing.abort()
    if (child.exitCode === 0) return true
    if (child.exitCode !== null) last = `${out}${err}`
    await systemClock.sleep(PAUSE_MS)
  }
  site.ledger.report(`${main} ${args.join(' ')} never ended well: ${last.slice(-2000)}`)
  return false
}

/** Files of records of a former system, each imported once however often the import is begun. */
export async function importer(site: Site, user_id: string): Promise<void> {
  const { system, ledger, ending } = site
  const folder = join(system.data_dir, 'imports')
  await mkdir(folder, { recursive: true })
  for (let round = 0; !ending.aborted; round++) {
    const changes: Change[] = []
    const rows = Array.from({ length: FILES_A_ROUND }, () => {
      const mark = ledger.newMark()
      const now_ms = systemClock.nowMs()
      const audience_id = newId('aud', now_ms, systemRandom)
      const time = isoTime(now_ms)
      changes.push(ledger.begin('create', user_id, mark, audience_id))
      return { audience_id, user_id, name: mark, created_at: time, updated_at: time, metadata: { [mark]: 1 } }
    })
    const file = join(folder, `${user_id}-${round}.json`)
    await writeFile(file, JSON.stringify(rows))
    const environment = { ...system.operator_environment }
    const is_done = await repeatedCommand(site, 'infra/operate/import/main.ts', ['--from', file], () =>
      Promise.resolve(environment),
    )
    if (is_done) for (const change of changes) change.result = 'acknowledged'
    site.count('imports')
    await systemClock.sleep(PAUSE_MS, ending)
  }
}

/** A folder of audiences as code: each round new files, applied until the plan is empty. */
export async function asCode(site: Site, user_id: string): Promise<void> {
  const { system, ledger, ending } = site
  const dir = join(system.data_dir, `as-code-${user_id}`)
  const environmentOf = async () => ({
    AUDIENCES_URL: system.edge.url,
    AUDIENCES_TOKEN: await system.tokenOf(user_id),
  })
  const run = (action: string) => repeatedCommand(site, 'infra/audiences/main.ts', [action, dir], environmentOf)
  if (!(await run('pull'))) return
  while (!ending.aborted) {
    const changes = new Map<string, Change>()
    for (let count = 0; count < FILES_A_ROUND; count++) {
      const mark = ledger.newMark()
      changes.set(`${mark}.yaml`, ledger.begin('create', user_id, mark))
      await writeFile(join(dir, `${mark}.yaml`), `name: ${mark}\nmetadata:\n  ${mark}: 1\n`)
    }
    if (await run('apply')) await acknowledge(dir, changes, ledger.report.bind(ledger))
    site.count('applied folders')
    await systemClock.sleep(PAUSE_MS, ending)
  }
}

/** Each file says under which id the service has it. */
async function acknowledge(
  dir: string,
  changes: ReadonlyMap<string, Change>,
  report: (fault: string) => void,
): Promise<void> {
  const names = await readdir(dir)
  for (const [name, change] of changes) {
    const found = names.includes(name) ? /^audience_id: (\S+)$/m.exec(await readFile(join(dir, name), 'utf8')) : null
    if (!found) report(`${name} was applied and has no id`)
    else Object.assign(change, { audience_id: found[1], result: 'acknowledged' })
  }
}
