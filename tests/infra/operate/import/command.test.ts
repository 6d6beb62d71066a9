import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { IMPORT_COMMAND, modeOf } from '#infra/operate/import/command.ts'
import { inputOf } from '#tests/infra/command/input-of.ts'
import { systemClock } from '#shared/base/clock.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { CHILD_ENVIRONMENT } from '#tests/support/child-environment.ts'
import { longTest } from '#tests/support/effort.ts'
import { start, temporaryFolder } from '../../stand-ins/gcs/gcs-fixture.ts'
import { audience, folderOf, LEGACY, MAIN, recordsIn, tableOn } from './import-fixture.ts'

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** The command as `npm run import` starts it, in an environment without settings. */
function spawnImport(parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [MAIN, ...parameters], { env: { PATH, ...CHILD_ENVIRONMENT, ...environment } })
  const ended = (async (): Promise<Ended> => {
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { code: child.exitCode, out, err }
  })()
  return { child, ended }
}

const runImport = (parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  spawnImport(parameters, environment).ended

/** What is in a data folder that nobody is using. */
async function recordsOf(data_dir: string, user_id: string) {
  const gcs = await start({ data_dir, buckets: [] })
  try {
    const store = gcsObjectStore({ bucket: 'activation-local', api_endpoint: gcs.url, clock: systemClock })
    const names = (await store.list('')).map(({ name }) => name)
    return { records: await recordsIn(tableOn(store, AUDIENCES), user_id, AUDIENCES), names }
  } finally {
    await gcs.close()
  }
}

test('with no bucket configured the records go into the local data folder, with the report; refused rows exit with 2', async () => {
  const data_dir = await temporaryFolder()
  const { code, out, err } = await runImport(['--from', LEGACY], { DATA_DIR: data_dir })
  expect(code, `stderr: ${err}`).toBe(2)
  expect(out).toMatch(/read\s+28\n\s+written\s+21\n\s+merged\s+1\n\s+unchanged\s+0\n\s+kept\s+0\n\s+refused\s+6\n/)
  expect(out).toContain('audiences.csv:5 aud-c0000003: has 3 cells where the header has 10')
  expect(err).toContain('2/11 audiences.json: 3 rows\n')
  const { records, names } = await recordsOf(data_dir, 'demo_user')
  expect(Object.keys(records)).toHaveLength(8)
  const [stored] = names.filter((name) => name.startsWith('migrations/'))
  expect(out).toContain(`Report: ${stored}`)
  expect(stored).toMatch(/^migrations\/mig_[0-9a-z]{26}\.json$/)
  const report = JSON.parse(await readFile(join(data_dir, 'buckets/activation-local', stored!), 'utf8')) as object
  expect(report).toMatchObject({
    from: LEGACY,
    mode: 'import',
    counts: { files: 11, read: 28, written: 21, merged: 1, refused: 6 },
    unreadable_files: [{}],
    refused_rows: expect.arrayContaining([
      {
        file: 'audiences.csv',
        row: 5,
        id: 'aud-c0000003',
        reason: expect.stringMatching(/^has 3 cells where the header has 10: created_at is missing/) as string,
      },
    ]) as object[],
  })
})

longTest('exit codes: 0 when all went in, 1 when verify finds something missing or the import fails', async () => {
  const data_dir = await temporaryFolder()
  const from = await folderOf({ 'a.json': [audience('aud-1')] })
  const codeOf = async (...more: string[]) => (await runImport(['--data', data_dir, ...more])).code
  expect(await codeOf('--from', from, '--verify')).toBe(1)
  expect(await codeOf('--from', from)).toBe(0)
  expect(await codeOf('--from', from)).toBe(0)
  expect(await codeOf('--from', from, '--verify')).toBe(0)
  const absent = await runImport(['--data', data_dir, '--from', `${data_dir}x`])
  expect(absent).toMatchObject({ code: 1, err: expect.not.stringMatching(/\n\s+at /) as string })
  const empty = await runImport(['--data', data_dir, '--from', await temporaryFolder()])
  expect(empty).toMatchObject({ code: 1, err: expect.stringContaining('Found nothing to import') as string })
})

test.each([
  [[], '--from is required: source.'],
  [['--from', LEGACY, '--verify', '--dry-run'], 'Choose one: --dry-run or --verify.'],
  [['--from', LEGACY, '--form'], 'Unknown option --form. Did you mean --from?'],
])('refuses %j in a sentence', (args, sentence) => {
  expect(() => modeOf(inputOf(IMPORT_COMMAND, args))).toThrow(sentence)
})

longTest('a dry run does not even make the data folder', async () => {
  const data_dir = join(await temporaryFolder(), 'new')
  const { code, out } = await runImport(['--from', LEGACY, '--data', data_dir, '--dry-run'])
  expect(code).toBe(2)
  expect(out).toMatch(/would be written\s+21\n/)
  expect(existsSync(data_dir)).toBe(false)
})

longTest(
  'while the local runtime is running on the folder the import says so, and goes in through its address',
  async () => {
    const data_dir = await temporaryFolder()
    const from = await folderOf({ 'a.json': [audience('aud-1')] })
    const gcs = await start({ data_dir, buckets: ['activation-local'] })
    const refused = await runImport(['--from', from, '--data', data_dir])
    expect(refused.code).toBe(1)
    expect(refused.err).toContain(`in use by process ${process.pid}`)
    expect(refused.err).toContain('STORAGE_API_ENDPOINT=')
    const through = await runImport(['--from', from], { STORAGE_API_ENDPOINT: gcs.url })
    expect(through, `stderr: ${through.err}`).toMatchObject({ code: 0 })
    const store = gcsObjectStore({ bucket: 'activation-local', api_endpoint: gcs.url, clock: systemClock })
    expect(Object.keys(await recordsIn(tableOn(store, AUDIENCES), 'u1', AUDIENCES))).toEqual(['aud-1'])
  },
)

longTest('a bucket together with a local folder, and bad settings, are refused before anything is read', async () => {
  const both = await runImport(['--from', LEGACY, '--data', '/nowhere'], { GCS_BUCKET: 'some-bucket' })
  expect(both).toMatchObject({ code: 2, err: expect.stringContaining('Choose one: --data') as string })
  const bad = await runImport(['--from', LEGACY], { GCS_BUCKET: 'No Bucket', CACHE_BYTES: 'x' })
  expect(bad.code).toBe(1)
  expect(bad.err).toMatch(/GCS_BUCKET must be the name of a bucket\n\s+CACHE_BYTES must be/)
})

longTest.each([1, 3])(
  'kill -9 in the middle (after %i lots), then once more, is the same as one run',
  async (lots_min) => {
    const rows = Array.from({ length: 6000 }, (_, at) => {
      const created_at = `2025-0${(at % 3) + 4}-01T00:00:00Z`
      return JSON.stringify(
        audience(`aud-${at}`, { created_at, name: `Audience ${at}`, description: 'x'.repeat(2000) }),
      )
    })
    const from = await folderOf({ 'rows.jsonl': rows.join('\n') })
    const [cut_dir, whole_dir] = [await temporaryFolder(), await temporaryFolder()]
    const { child, ended } = spawnImport(['--from', from, '--data', cut_dir])
    const object = join(
      cut_dir,
      'buckets/activation-local/audiences/user_id=u1/year=2025/month=04/audiences_202504.parquet',
    )
    for (let seen = 0, size = -1; seen < lots_min; await systemClock.sleep(1)) {
      const size_now = existsSync(object) ? (await readFile(object)).length : -1
      if (size_now > size) seen++
      size = Math.max(size, size_now)
      expect(child.exitCode, 'it is still running').toBeNull()
    }
    child.kill('SIGKILL')
    expect((await ended).code).toBeNull()

    const again = await runImport(['--from', from, '--data', cut_dir])
    expect(again, `stderr: ${again.err}`).toMatchObject({ code: 0 })
    const unchanged = Number(/unchanged\s+(\d+)/.exec(again.out)?.[1])
    expect(unchanged, 'the killed run had come some way, and not to the end').toBeGreaterThan(0)
    expect(unchanged).toBeLessThan(6000)
    expect(await runImport(['--from', from, '--data', whole_dir])).toMatchObject({ code: 0 })
    const cut = await recordsOf(cut_dir, 'u1')
    const whole = await recordsOf(whole_dir, 'u1')
    expect(Object.keys(cut.records)).toHaveLength(6000)
    expect(cut.records).toEqual(whole.records)
    expect(cut.names.filter((name) => name.startsWith('migrations/'))).toHaveLength(1)
  },
)

longTest(
  'neither credentials nor the encryption key appear on a stream; a bucket without a key takes no credentials',
  async () => {
    const data_dir = await temporaryFolder()
    const credentials = { api_key: 'clear-secret-17', account_id: 'adv1' }
    const platform = { platform_id: 'plat-1', user_id: 'u1', platform_type: 'thetradedesk', name: 'x', credentials }
    const from = await folderOf({ 'platforms.json': [{ ...platform, created_at: '2025-05-28' }] })
    for (const mode of [['--dry-run'], [], [], ['--verify']]) {
      const { code, out, err } = await runImport(['--from', from, '--data', data_dir, ...mode], {
        ENCRYPTION_KEY: 'k-99',
      })
      expect(code, `stderr: ${err}`).toBe(0)
      expect(out + err).not.toMatch(/clear-secret-17|k-99/)
    }
    const gcs = await start({ buckets: ['activation-local'] })
    const refused = await runImport(['--from', from], { STORAGE_API_ENDPOINT: gcs.url })
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Set KMS_KEY') as string })
  },
)
