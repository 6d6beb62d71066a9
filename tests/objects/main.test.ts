import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { startGcs, type Gcs } from '#infra/stand-ins/gcs/server.ts'
import { CHILD_ENVIRONMENT } from '#tests/support/child-environment.ts'
import { longTest } from '#tests/support/effort.ts'

const BUCKET = 'as-if-real'

/** A bucket of somebody's, with something in it. */
async function standIn(): Promise<Gcs> {
  const data_dir = await mkdtemp(join(tmpdir(), 'gcs-command-'))
  const gcs = await startGcs({ data_dir, fsync: false, buckets: [BUCKET] })
  onTestFinished(async () => {
    await gcs.close()
    await rm(data_dir, { recursive: true, force: true })
  })
  const upload = `${gcs.url}/upload/storage/v1/b/${BUCKET}/o?uploadType=media`
  for (const name of ['audiences/precious', 'tests', 'zebra']) {
    await fetch(`${upload}&name=${encodeURIComponent(name)}`, { method: 'POST', body: 'untouched' })
  }
  return gcs
}

/** Every version in the bucket. */
async function contents(gcs: Gcs): Promise<unknown> {
  return (await fetch(`${gcs.url}/storage/v1/b/${BUCKET}/o?versions=true`)).json()
}

/** `npm run test:gcs -- …`, as a shell without this test's variables would start it. */
async function command(...parameters: string[]): Promise<{ code: number; output: string }> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...parameters], {
    env: { PATH, HOME, ...CHILD_ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  return { code, output: output + errors }
}

longTest('the tests of a real bucket pass on a stand-in and leave it as it was', { timeout: 120_000 }, async () => {
  const gcs = await standIn()
  const before = await contents(gcs)
  const { code, output } = await command('--bucket', BUCKET, '--prefix', 'tests/', '--endpoint', gcs.url)
  expect({ code, output }).toMatchObject({ code: 0, output: expect.not.stringContaining('FAIL') as string })
  expect(await contents(gcs)).toEqual(before)
  expect(output).toMatch(/Removed [1-9]\d+ versions; nothing is left under gs:\/\/as-if-real\/tests\/[0-9a-f]{12}\//)
  const [, total, by_method = ''] = /^(\d+) requests: (.*)$/m.exec(output) ?? []
  const counted = [...by_method.matchAll(/(\d+) [A-Z]+/g)].map(([, count]) => Number(count))
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(Number(total))
  // The stand-in counts all but those it refuses as malformed; five were this test's own.
  const { read, write, list, delete: deletes } = gcs.operations.counts()
  expect(Number(total)).toBeGreaterThanOrEqual(read + write + list + deletes - 5)
})

longTest('a bucket that breaks a promise fails the command, and is left as it was', { timeout: 60_000 }, async () => {
  const gcs = await standIn()
  const before = await contents(gcs)
  gcs.faults.add({ fault: 'truncated_answer', operations: ['read'], prefix: 'tests/' })
  const { code, output } = await command(
    '--bucket',
    BUCKET,
    '--prefix',
    'tests',
    '--endpoint',
    gcs.url,
    '--only',
    'reads back the bytes',
  )
  expect(code).toBe(1)
  expect(output).toMatch(/FAIL.*reads back the bytes and the generation that were written/)
  expect(output).toContain('nothing is left')
  gcs.faults.reset()
  expect(await contents(gcs)).toEqual(before)
})

longTest('a gap that the endpoint does not have is red where it is tolerated', { timeout: 60_000 }, async () => {
  const gcs = await standIn()
  const only = ['--only', 'names the size of the object']
  const where = ['--bucket', BUCKET, '--endpoint', gcs.url]
  const { code, output } = await command(...where, ...only, '--tolerate', 'testbench')
  expect({ code, output }).toMatchObject({ code: 1 })
  expect(output).toMatch(/passes now, so take it out of the gap "a 416 does not name the size": a range names/)
  expect(output).toContain('1 passed, 0 failed by a tolerated gap, 1 complaints')
})

test('no gap of Google itself is tolerated', async () => {
  const { code, output } = await command('--bucket', BUCKET, '--tolerate', 'testbench')
  expect(code).toBe(2)
  expect(output).toContain('--tolerate needs --endpoint')
})

test.each([
  [['--bucket', BUCKET, '--tolerate', 'anything'], '--tolerate takes testbench'],
  [['--bucket', 'not-there'], 'gs://not-there cannot be used: 404'],
  [[], '--bucket is required.'],
])('%j ends with 2 and the reason', async (parameters, reason) => {
  const gcs = await standIn()
  const { code, output } = await command(...parameters, '--endpoint', gcs.url)
  expect(code).toBe(2)
  expect(output).toContain(reason)
})
