/**
 * The client beside others of its kind, in the same Chromium over the same rows: 10 000 audiences pulled into an empty
 * profile, all of them read by a new page, one changed until the screen shows it, 1000 changes sent. The server hands out
 * what it has made before. The others are installed here, by their own lockfile, and nowhere else.
 */
import { build } from 'esbuild'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

import { startProfile } from '#tests/client/browser/chromium.ts'
import { figuresOf, ms, printRow } from './figures.ts'
import { installPeers } from './peers/install.ts'
import { startPeersServer, type PeersServer } from './peers/server.ts'

const OTHERS = ['dexie', 'rxdb', 'tanstack'] as const
const PEERS = ['activation-manager', ...OTHERS] as const
const COUNT = 10_000
const PUSHED = 1000
const WRITES = 100
const RUNS = 3

interface Measured {
  readonly first_pull_ms: number
  readonly open_ms: number
  readonly writes_ms: readonly number[]
  readonly push_ms: number
}

const folder = join(import.meta.dirname, 'peers')
const others = join(folder, 'others')
await installPeers(others)
const server = await startPeersServer(COUNT, await scripts())
const runs = new Map<string, Measured[]>(PEERS.map((peer) => [peer, []]))
// In turns: what else the machine does meets all of them.
for (let run = 0; run < RUNS; run++) for (const peer of PEERS) runs.get(peer)!.push(await measure(peer, server))
await server.end()

printRow('', PEERS)
const row = (what: string, figure: (measured: readonly Measured[]) => number) =>
  printRow(
    what,
    [...runs.values()].map((measured) => ms(figure(measured))),
  )
const median = (pick: (one: Measured) => number) => (measured: readonly Measured[]) => figuresOf(measured.map(pick)).p50
row(
  'first pull of 10 000 rows',
  median(({ first_pull_ms }) => first_pull_ms),
)
row('a write until the screen shows it, p50', (all) => figuresOf(all.flatMap(({ writes_ms }) => writes_ms)).p50)
row('a write until the screen shows it, p95', (all) => percentile95(all.flatMap(({ writes_ms }) => writes_ms)))
row(
  '10 000 rows read by a new page',
  median(({ open_ms }) => open_ms),
)
row(
  '1000 changes sent',
  median(({ push_ms }) => push_ms),
)

async function scripts(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'page/activation-manager.ts'), ...OTHERS.map((peer) => join(others, `${peer}.js`))],
    entryNames: '[name]',
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
    define: { 'process.env.NODE_ENV': '"production"' },
    outdir: '/',
    write: false,
  })
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(1), contents]))
}

async function measure(peer: string, { url }: PeersServer): Promise<Measured> {
  const profile = await mkdtemp(join(tmpdir(), 'peers-'))
  const { context } = await startProfile(profile)
  try {
    const open = async (): Promise<Page> => {
      const page = await context.newPage()
      await page.goto(`${url}/page/${peer}`)
      await page.waitForFunction('globalThis.peer !== undefined')
      return page
    }
    const first = await open()
    const first_pull_ms = await timedIn(first, `peer.firstPull(${COUNT})`, COUNT)
    await first.close()
    const page = await open()
    const open_ms = await timedIn(page, 'peer.open()', COUNT)
    const writes_ms = await page.evaluate<number[]>(`peer.writes(${WRITES})`)
    await page.evaluate(`(async () => {
      const ids = (await peer.ids()).slice(0, ${PUSHED - WRITES})
      await Promise.all(ids.map((id, at) => peer.change(id, 'Changed ' + at)))
    })()`)
    const push_ms = await timedIn(page, 'peer.push()', PUSHED)
    return { first_pull_ms, open_ms, writes_ms, push_ms }
  } finally {
    await context.close()
    await rm(profile, { recursive: true, force: true })
  }
}

/** Milliseconds in the page. @throws when it did not do all of it */
async function timedIn(page: Page, call: string, expected: number): Promise<number> {
  const measured = await page.evaluate(`(async () => {
    const begun_ms = performance.now()
    const count = await ${call}
    return { count, duration_ms: performance.now() - begun_ms }
  })()`)
  const { count, duration_ms } = measured as { count: number; duration_ms: number }
  if (count !== expected) throw new Error(`${call} did ${count} of ${expected}`)
  return duration_ms
}

function percentile95(durations_ms: readonly number[]): number {
  return durations_ms.toSorted((a, b) => a - b)[Math.floor(durations_ms.length * 0.95)] ?? NaN
}
