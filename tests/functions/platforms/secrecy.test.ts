import { DuckDBInstance } from '@duckdb/node-api'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { longTest } from '#tests/support/effort.ts'

import { startProcess } from './process.ts'
import { sealedFor } from './moved-ciphertext.ts'
import { aPlatform, connected, PATH, platformsInTest, saved, SECRET, type RunningPlatforms } from './harness.ts'

/** Secrets appear nowhere: not in answers, logs, errors or anything that is stored. */

/** The ways in which a text survives being stored or sent. */
const SPELLINGS = [SECRET, Buffer.from(SECRET).toString('base64').slice(2, -4), Buffer.from(SECRET).toString('hex')]

function expectNoSecret(where: string, text: string): void {
  for (const spelling of SPELLINGS) expect(text.includes(spelling), `${spelling} in ${where}`).toBe(false)
}

async function everyFile(folder: string): Promise<{ path: string; text: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return await Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'latin1') })))
}

/** Everything that one can do with credentials, well and badly; every answer's text. */
async function everyWay(running: RunningPlatforms): Promise<string[]> {
  const { platform_id } = await connected(running)
  const path = `${PATH}/${platform_id}`
  const credentials = { api_key: SECRET, account_id: 'a' }
  const key = { 'idempotency-key': 'k' }
  const requests: Parameters<RunningPlatforms['call']>[] = [
    ['POST', PATH, aPlatform(), key],
    ['POST', PATH, aPlatform(), key],
    ['POST', PATH, { platform_id, credentials }],
    ['POST', `${path}/test`],
    ['PUT', `${path}/credentials`, { credentials }],
    ['PUT', `${path}/credentials`, { credentials }, { 'if-match': '"1"' }],
    ['PUT', `${path}/credentials`, { credentials: { [SECRET]: SECRET, api_key: `${SECRET} ` } }],
    ['PUT', `${path}/credentials`, { credentials: SECRET }],
    ['PATCH', path, { credentials }],
    ['POST', PATH, aPlatform({ platform_type: 'meta' })],
    ['POST', PATH, `{"credentials": {"api_key": "${SECRET}`],
    ['POST', PATH, `{"credentials": {"api_key": "${SECRET}", "api_key": "${SECRET}"}}`],
    ['GET', PATH],
    ['GET', path],
    ['GET', `${PATH}/export`],
    ['GET', `${path}/export?format=csv`],
    ['GET', `${PATH}/export?format=parquet`],
    ['DELETE', path],
    ['POST', `${path}/restore`],
  ]
  const texts: string[] = []
  for (const request of requests) {
    const { text, headers } = await running.call(...request)
    // A name that the client made up is told back by name; that is no value.
    texts.push(
      request[2] && JSON.stringify(request[2]).includes(`{"${SECRET}"`) ? '' : text,
      JSON.stringify([...headers]),
    )
  }
  for (const fault of ['denied', 'damaged_answer', 'unavailable'] as const) {
    running.kms.faults.set({ rules: [{ fault }] })
    texts.push((await running.call('POST', PATH, aPlatform())).text)
    texts.push((await running.call('POST', `${path}/test`)).text)
  }
  running.kms.faults.reset()
  running.gcs.faults.add({ fault: 'unavailable', times: 20 })
  texts.push((await running.call('PUT', `${path}/credentials`, { credentials })).text)
  return texts
}

test('no answer, log line or stored file has a secret, whatever goes wrong', async () => {
  const running = await platformsInTest()
  const texts = await everyWay(running)
  for (const [at, text] of texts.entries()) expectNoSecret(`answer ${at}`, text)
  expectNoSecret('the log', JSON.stringify(running.lines))
  const files = await everyFile(running.data_dir)
  expect(files.some(({ path }) => path.endsWith('platforms/user_id=demo_user/platforms.parquet'))).toBe(true)
  for (const { path, text } of files) expectNoSecret(path, text)
  expect(running.lines.filter(({ severity }) => severity === 'ERROR').map(({ key_error }) => key_error)).not.toContain(
    undefined,
  )
})

test('DuckDB over the bucket shows no secret: what was sealed, deleted and hinted at', async () => {
  const running = await platformsInTest()
  await saved(running)
  const { platform_id } = await connected(running)
  await running.call('DELETE', `${PATH}/${platform_id}`)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  onTestFinished(() => {
    connection.closeSync()
    instance.closeSync()
  })
  const files = join(running.bucket_dir, 'platforms/**/*.parquet')
  const all = `SELECT * FROM read_parquet('${files}', hive_partitioning = 1) ORDER BY created_at`
  const rows = (await connection.runAndReadAll(all)).getRowObjectsJson()
  expectNoSecret('DuckDB', JSON.stringify(rows))
  expect(rows).toMatchObject([
    { user_id: 'demo_user', status: 'pending', platform_type: 'the_trade_desk', deleted: false },
    { platform_id, status: 'pending', deleted: true, sealed_credentials: null, credentials: null, last_test: null },
  ])
  const [{ sealed_credentials, credentials }] = rows as [{ sealed_credentials: string; credentials: string }]
  expect(JSON.parse(sealed_credentials)).toMatchObject({ format: 'am1' })
  expect(JSON.parse(credentials)).toMatchObject({ hint: { account_id: '…1234' } })
})

test('ciphertext that was moved to another platform or user does not open', async () => {
  const running = await platformsInTest()
  const mine = await connected(running)
  await saved(running.as('thief'))
  const folder = join(running.bucket_dir, 'platforms')
  expect((await readdir(folder)).toSorted()).toEqual(['user_id=demo_user', 'user_id=thief'])
  const thief = await sealedFor(running, 'thief', mine.platform_id)
  const { status, body, text } = await running.as('thief').call('POST', `${PATH}/${thief}/test`)
  expect([status, body['code']]).toEqual([409, 'credentials_unreadable'])
  expectNoSecret('the answer', text)
  expect(running.lines).toContainEqual(expect.objectContaining({ severity: 'ERROR', key_error: 'refused' }))
})

longTest('the heap of an instance that lists and gets platforms has no secret', { timeout: 60_000 }, async () => {
  const running = await platformsInTest()
  const { platform_id } = await connected(running)
  const folder = running.data_dir
  const main = new URL('../../../functions/platforms/index.ts', import.meta.url).pathname
  const heap_options = ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${folder}`]
  const { call, child } = await startProcess(running, [...heap_options, main])
  expect((await call('GET', PATH)).text).toContain(platform_id)
  expect((await call('GET', `${PATH}/${platform_id}`)).status).toBe(200)
  child.kill('SIGUSR2')
  const snapshot = async () => {
    const name = (await readdir(folder)).find((file) => file.endsWith('.heapsnapshot'))
    const text = name === undefined ? '' : await readFile(join(folder, name), 'latin1')
    return text.trimEnd().endsWith('}') ? text : undefined
  }
  await expect.poll(async () => (await snapshot()) !== undefined, { interval: 500 }).toBe(true)
  const text = (await snapshot())!
  expect(text).toContain(platform_id)
  expectNoSecret('the heap', text)
})
