import { Storage } from '@google-cloud/storage'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'

import { createAudiencesApp } from '#functions/audiences/index.ts'
import { createSyncApp } from '#functions/sync/index.ts'
import { FLAGS_OBJECT } from '#functions/flags/config.ts'
import { createFlagsApp } from '#functions/flags/index.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { createFunctionServer } from '#shared/http/server/function-server.ts'
import type { LogEntry as Line } from '#shared/logging/log.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { logTableEvents } from '#shared/table/event-log.ts'
import { objectName } from '#shared/table/object/partition.ts'
import { audiencesInTest } from '#tests/functions/audiences/fixture.ts'
import {
  anAudience,
  BUCKET,
  createClient,
  environmentOf,
  listening,
  saved,
} from '#tests/functions/audiences/harness.ts'
import { aPair, created, DEMO, reported, runningInTest } from '#tests/functions/distributions/harness.ts'
import { audiences, maintained, place } from '#tests/functions/maintenance/harness.ts'
import { withKey } from '#tests/functions/maintenance/with-key.ts'
import { connected, PATH as PLATFORMS, platformsInTest } from '#tests/functions/platforms/harness.ts'
import { syncInTest } from '#tests/functions/sync/harness.ts'
import { startToy } from '#tests/http/harness.ts'
import { storedObject } from '#tests/table/stored.ts'
import { fasterClock } from '#tests/support/clock.ts'
import { entryOf } from './cloud-run-entry.ts'
import { extracted, type LogEntry } from './logging-query.ts'
import { counted, METRICS, raises, valuesOf } from './watching.ts'

/**
 * What the functions log is what the filters match: real lines of functions that really run go through every metric
 * and every alert.
 */

const AUDIENCES_PATH = '/api/audiences'
const seen = new Set<string>()

/** Lines as Cloud Logging has them; every metric that counts one of them has been seen to. */
function entriesOf(lines: readonly (Line | string)[]): LogEntry[] {
  const entries = lines.map((line) => entryOf(line))
  for (const name of Object.keys(METRICS)) if (counted(name, entries).length > 0) seen.add(name)
  return entries
}

function counts(entries: readonly LogEntry[], names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, counted(name, entries).length]))
}

function labels(metric: string, entries: readonly LogEntry[]): Record<string, string | undefined>[] {
  const extractors = Object.entries(METRICS[metric]!.labels ?? {})
  return counted(metric, entries).map((entry) =>
    Object.fromEntries(extractors.map(([label, extractor]) => [label, extracted(extractor, entry)])),
  )
}

function times(count: number, entry: LogEntry): LogEntry[] {
  return Array.from({ length: count }, () => entry)
}

function issuerOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { iss: string }
  return claims.iss
}

describe('requests', () => {
  test('are counted with function, route template, method and status, and how long each took', async () => {
    const running = await audiencesInTest()
    const { audience_id } = await saved(running)
    await running.call('GET', `${AUDIENCES_PATH}/${audience_id}`)
    await running.call('GET', `${AUDIENCES_PATH}/absent`)
    const entries = entriesOf(running.lines)
    const own = { function: 'audiences' }
    expect(labels('requests', entries)).toEqual([
      { ...own, route: AUDIENCES_PATH, method: 'POST', status: '201' },
      { ...own, route: `${AUDIENCES_PATH}/{audience_id}`, method: 'GET', status: '200' },
      { ...own, route: `${AUDIENCES_PATH}/{audience_id}`, method: 'GET', status: '404' },
    ])
    expect(counts(entries, ['server_errors', 'refusals', 'audiences_created'])).toEqual({
      server_errors: 0,
      refusals: 0,
      audiences_created: 1,
    })
    expect(valuesOf('request_ms', entries)).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)])
    expect(valuesOf('store_reads', entries)).toHaveLength(2)
    // The save finds no object yet; the get finds what this instance has just written.
    expect([valuesOf('cache_hits', entries), valuesOf('cache_misses', entries)]).toEqual([
      [0, 1],
      [0, 0],
    ])
    expect(labels('commit_attempts', entries)).toEqual([{ table: 'audiences' }])
    expect(valuesOf('commit_attempts', entries)).toEqual([1])
  })

  test('without a good token are refusals, and raise an alert once they are more than half', async () => {
    const running = await audiencesInTest()
    await running.call('GET', AUDIENCES_PATH)
    const bad = { authorization: 'Bearer x' }
    await running.call('GET', AUDIENCES_PATH, undefined, bad)
    const [good, refused] = entriesOf(running.lines)
    expect(counted('refusals', [good!, refused!])).toEqual([refused])
    expect(raises('refusals', [...times(6, good!), ...times(6, refused!)])).toBe(false)
    expect(raises('refusals', [...times(6, good!), ...times(7, refused!)])).toBe(true)
  })

  test('that fail raise an alert beyond 5 % of one function, whatever the others answer; two at night do not', async () => {
    const toy = await startToy()
    expect((await toy.call('/api/audiences/fail', { method: 'POST', json: { how: 'breaks' } })).status).toBe(500)
    expect((await toy.call('/api/audiences/health')).status).toBe(200)
    await toy.close()
    const entries = entriesOf(toy.lines)
    const [bad] = counted('server_errors', entries)
    const good = counted('requests', entries).find((entry) => entry !== bad)!
    const elsewhere = { ...good, resource: entryOf({ message: '' } as Line, 'am-platforms')['resource']! }
    expect(raises('server-errors', times(2, bad!))).toBe(false)
    expect(raises('server-errors', [...times(6, bad!), ...times(44, good)])).toBe(true)
    expect(raises('server-errors', [...times(6, bad!), ...times(114, good)])).toBe(false)
    expect(raises('server-errors', [...times(6, bad!), ...times(113, good), ...times(1000, elsewhere)])).toBe(true)
  })

  test('that are to be repeated later are no failures, and raise an alert of their own beyond 20 %', async () => {
    const running = await audiencesInTest({ clock: fasterClock(20) })
    await saved(running)
    running.gcs.faults.add({ fault: 'unavailable' })
    expect((await running.call('GET', AUDIENCES_PATH)).status).toBe(503)
    const entries = entriesOf(running.lines)
    const [later] = counted('unavailable', entries)
    const good = entries.find((entry) => counted('requests', [entry]).length > 0 && entry !== later)!
    expect(counted('server_errors', entries)).toEqual([])
    expect(raises('unavailable', times(20, later!))).toBe(false)
    expect(raises('unavailable', [...times(21, later!), ...times(84, good)])).toBe(false)
    expect(raises('unavailable', [...times(21, later!), ...times(83, good)])).toBe(true)
    expect(labels('store_failures', entries)).toContainEqual({ kind: 'unavailable' })
    expect(raises('store-rejections', entries)).toBe(false)
  })

  test('that are slow raise an alert when they are more than 5 of 100', async () => {
    const running = await audiencesInTest()
    await running.call('GET', AUDIENCES_PATH)
    const [quick] = running.lines
    const entries = (slow: number) =>
      Array.from({ length: 100 }, (_, at) => entryOf({ ...quick!, ms: at < slow ? 9_000 : 40 }))
    const objectives = { latency_p95_ms: 3_000 }
    expect(raises('slow-requests', entries(5), objectives)).toBe(false)
    expect(raises('slow-requests', entries(6), objectives)).toBe(true)
  })
})

describe('storage', () => {
  test('an object that cannot be read raises an alert immediately', async () => {
    const running = await audiencesInTest()
    await saved(running)
    expect(raises('corrupt-object', entriesOf(running.lines))).toBe(false)
    const object = String(running.lines.find(({ event }) => event === 'commit')!['object'])
    const storage = new Storage({ apiEndpoint: running.gcs.url, projectId: 'local' })
    const file = storage.bucket(BUCKET).file(object.replace(/user_hash=[^/]+/, 'user_id=demo_user'))
    await file.save('not Parquet', { resumable: false })
    const other = await running.anotherInstance()
    expect((await other.call('POST', AUDIENCES_PATH, anAudience())).status).toBe(503)
    const entries = entriesOf(running.lines)
    expect(raises('corrupt-object', entries)).toBe(true)
    expect(raises('crashes', entries)).toBe(false)
  })

  test('a refusal by Cloud Storage raises an alert immediately', async () => {
    const running = await audiencesInTest()
    const token = await running.token('demo_user')
    const environment = environmentOf({ issuer_url: issuerOf(token), gcs_url: running.gcs.url })
    const lines: Line[] = []
    const log = { write: (line: Line) => void lines.push(line), flush: async () => undefined }
    const server = createFunctionServer(createAudiencesApp({ ...environment, GCS_BUCKET: 'another-bucket' }, { log }))
    onTestFinished(() => void server.close())
    const { call } = createClient(await listening(server), async () => token)
    expect((await call('POST', AUDIENCES_PATH, anAudience())).status).toBe(503)
    expect(raises('store-rejections', entriesOf(lines))).toBe(true)
  })

  test('an object near a limit raises an alert that names the limit', () => {
    const lines: Line[] = []
    const events = logTableEvents({ write: (line) => void lines.push(line) }, () => 'hash')
    events.nearLimit('audiences/user_id=u/year=2025/month=05/audiences_202505.parquet', 'object_rows', 36_000, 50_000)
    const entries = entriesOf(lines)
    expect(labels('near_limits', entries)).toEqual([{ limit: 'object_rows' }])
    expect(raises('near-limits', entries)).toBe(true)
  })
})

test('flags that cannot be read raise an alert, which a bucket that only does not answer does not', async () => {
  const running = await runningInTest({ clock: fasterClock(40) })
  const ask = async () => {
    const { as } = await running.instance(createFlagsApp)
    expect((await as(DEMO).call('GET', '/api/flags')).status).toBe(200)
  }
  running.gcs.faults.add({ fault: 'unavailable' })
  await ask()
  expect(raises('config-unreadable', entriesOf(running.lines))).toBe(false)
  running.gcs.faults.reset()
  await place(running, FLAGS_OBJECT.name, Buffer.from('{'))
  await ask()
  const entries = entriesOf(running.lines)
  expect(labels('config_unreadable', entries)).toEqual([{ object: 'config/flags.json', state: 'corrupt' }])
  expect(raises('config-unreadable', entries)).toBe(true)
})

test('tested connections are counted per platform type and outcome', async () => {
  const running = await platformsInTest()
  await connected(running)
  expect(labels('connection_tests', entriesOf(running.lines))).toEqual([
    { platform_type: 'the_trade_desk', code: 'ok' },
  ])
})

describe('keys', () => {
  test('a key service that is unavailable or denies raises an alert, and so does a version that opens nothing', async () => {
    const running = await platformsInTest()
    const { platform_id } = await connected(running)
    const check = () => running.call('POST', `${PLATFORMS}/${platform_id}/test`)
    running.kms.faults.add({ fault: 'denied' })
    for (let round = 0; round < 3; round++) expect((await check()).status).toBe(503)
    const denied = entriesOf(running.lines)
    expect(labels('keys_away', denied)).toEqual([{ kind: 'denied' }, { kind: 'denied' }, { kind: 'denied' }])
    expect([raises('keys-away', denied), raises('keys-unusable', denied)]).toEqual([true, false])

    running.kms.faults.reset()
    running.kms.setState('1', 'DESTROYED')
    await check()
    const destroyed = entriesOf(running.lines)
    expect(labels('keys_unusable', destroyed)).toEqual([{ kind: 'key_unusable' }])
    expect(raises('keys-unusable', destroyed)).toBe(true)
  })
})

describe('distributions', () => {
  test('one that fails raises an alert with its platform type, one that completes does not', async () => {
    const running = await runningInTest()
    const pair = await aPair(running)
    const { distributions } = running
    await reported(distributions, await created(distributions, pair), 'in_progress', 'completed')
    const completed = entriesOf(running.lines)
    expect(labels('distributions_completed', completed)).toEqual([{ platform_type: 'the_trade_desk' }])
    expect(raises('distributions-failed', completed)).toBe(false)
    const failure = { status: 'failed', error_message: 'no', error_details: { code: 'AUTH' } }
    await reported(distributions, await created(distributions, pair), 'in_progress', failure)
    const entries = entriesOf(running.lines)
    expect(labels('distributions_failed', entries)).toEqual([{ platform_type: 'the_trade_desk' }])
    expect(raises('distributions-failed', entries)).toBe(true)
  })

  test('one that may have failed raises an alert, though no answer says so', async () => {
    const running = await runningInTest({ clock: fasterClock(40) })
    const made = await created(running.distributions, await aPair(running))
    await reported(running.distributions, made, 'in_progress')
    running.gcs.faults.add({ fault: 'unavailable_after_commit', operations: ['write'], prefix: 'distributions/' })
    running.gcs.faults.add({ fault: 'unavailable', operations: ['read'], prefix: 'distributions/' })
    const path = `/api/distributions/${made.distribution_id}/status`
    const report = { status: 'failed', error_message: 'no', error_details: { code: 'AUTH' } }
    const { status, body } = await running.distributions.call('PUT', path, report)
    expect([status, body['outcome']]).toEqual([503, 'unknown'])
    expect(raises('distributions-failed', entriesOf(running.lines))).toBe(true)
    const failures = () => running.lines.filter(({ event }) => event === 'distribution_failed')
    expect(failures()).toMatchObject([{ code: 'AUTH', platform_type: 'the_trade_desk', outcome_unknown: true }])
    // Repeated, it finds that it had been stored: nothing moves, and there is no second line.
    running.gcs.faults.reset()
    expect((await running.distributions.call('PUT', path, report)).status).toBe(200)
    expect(failures()).toHaveLength(1)
  })

  test('users whose scheduled ones cannot be started raise an alert when they are several', async () => {
    const running = await runningInTest()
    for (const user_id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await place(running, objectName(DISTRIBUTIONS, user_id, '202501'), Buffer.from('PAR1 no more PAR1'))
    }
    expect((await running.dispatch()).body).toMatchObject({ failed_users: 6 })
    const entries = entriesOf(running.lines)
    const failures = counted('dispatch_failures', entries)
    expect(failures).toHaveLength(6)
    expect(raises('dispatch-failures', entries)).toBe(true)
    expect(raises('dispatch-failures', failures.slice(1))).toBe(false)
  })
})

describe('maintenance', () => {
  test('what integrity finds raises an alert; an orphan or a stray does not', async () => {
    const { running, call } = await maintained()
    await audiences(running.audiences, {})
    await place(running, 'platforms/notes.txt', Buffer.from('x'))
    await call('integrity')
    expect(raises('integrity-findings', entriesOf(running.lines))).toBe(false)
    const created_at = Date.UTC(2025, 4, 1)
    const row = { audience_id: newId('aud', created_at, systemRandom), created_at, version: 1, rev: 1, deleted: false }
    const january = objectName(AUDIENCES, DEMO, '202501')
    await place(running, january, await storedObject(AUDIENCES, january, [row]))
    await call('integrity?cursor=')
    const entries = entriesOf(running.lines)
    expect(labels('integrity_findings', entries)).toContainEqual({ check: 'home' })
    expect(raises('integrity-findings', entries)).toBe(true)
  })

  test('several users whom a job cannot serve raise an alert', async () => {
    const { running, call } = await maintained()
    for (const user_id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await place(running, objectName(AUDIENCES, user_id, '202501'), Buffer.from('PAR1 no more PAR1'))
    }
    expect((await call('retention')).body).toMatchObject({ failed_users: 6 })
    const entries = entriesOf(running.lines)
    expect(labels('maintenance_failures', entries)).toContainEqual({ event: 'retention_failed' })
    expect(raises('maintenance-failures', entries)).toBe(true)
  })

  test('credentials that cannot be re-encrypted raise an alert that says why', async () => {
    const { kms, call, save, running } = await withKey()
    await save()
    kms.rotate()
    kms.setState('1', 'DISABLED')
    await call('reencrypt')
    const entries = entriesOf(running.lines)
    expect(labels('reencryptions_failed', entries)).toEqual([{ reason: 'key_unusable' }])
    expect(raises('reencryptions-failed', entries)).toBe(true)
  })
})

test('a process that ended with an uncaught error raises an alert', async () => {
  const toy = await startToy()
  const program = join(import.meta.dirname, '../../../http/toy-process.ts')
  const env = { ...process.env, ...toy.environment, PORT: '0', FAIL_AFTER_MS: '1' }
  const output = await text(spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] }).stdout)
  await toy.close()
  expect(raises('crashes', entriesOf(output.trim().split('\n')))).toBe(true)
})

describe('syncs', () => {
  const [PULL, PUSH] = ['/api/sync/pull', '/api/sync/push']
  const TOLD = { flag: 'on', mode: 'account', outbox_pending: 0, invalid: 0, errors: { count: 0 } }
  /** A device of the demo user, whose pulls and pushes tell `client` of it. */
  async function syncing() {
    const running = await syncInTest({ clock: fasterClock(40) })
    const device = running.device()
    const push = (mutations: readonly object[], client?: object) => device.send('push', { acked: 0, mutations, client })
    const creation = () => device.change('create', 'audience', device.newId('aud'), { value: { name: 'Hikers' } })
    return {
      ...running,
      pull: (client?: object) => device.send('pull', { cursor: null, client }),
      push,
      pushed: (client?: object) => push([creation()], client),
      /** Of a change that the bucket takes only later. */
      deferred: async () => {
        running.gcs.faults.add({ fault: 'unavailable', operations: ['write'] })
        const { body } = await push([creation(), creation()])
        running.gcs.faults.reset()
        expect(body['results']).toMatchObject([{ status: 'retry' }, { status: 'retry' }])
      },
      failed: async (client?: object) => {
        running.gcs.faults.add({ fault: 'unavailable' })
        expect((await device.send('pull', { cursor: null, client })).status).toBe(503)
        running.gcs.faults.reset()
      },
      /** A change under a number that another one had. */
      forked: async () => {
        const [first, second] = [creation(), creation()]
        await push([first])
        expect((await push([{ ...second, seq: first.seq }])).status).toBe(409)
      },
      refused: () => push([{ ...creation(), value: {} }]),
    }
  }

  test('are counted by route and flag, neither preflights nor health checks among them', async () => {
    const { lines, instance, pull, pushed, deferred, failed } = await syncing()
    await pull(TOLD)
    await pushed({ ...TOLD, flag: 'off' })
    await deferred()
    await failed(TOLD)
    const { url } = await instance(createSyncApp)
    await fetch(`${url}${PUSH}`, { method: 'OPTIONS' })
    await fetch(`${url}/api/sync/health`)
    expect(lines.slice(-2)).toMatchObject([{ route: PUSH }, { route: '/api/sync/health' }])
    const entries = entriesOf(lines)
    const expected = [
      { route: PULL, flag: 'on' },
      { route: PUSH, flag: 'off' },
      { route: PUSH, flag: undefined },
      { route: PULL, flag: 'on' },
    ]
    expect(labels('sync_requests', entries)).toEqual(expected)
    expect(labels('sync_successes', entries)).toEqual(expected.slice(0, 2))
    expect(labels('sync_failures', entries)).toEqual(expected.slice(2))
  })

  test('that fail or defer a change raise an alert beyond 10 %; a fork or a refused change is no failure', async () => {
    const { lines, pushed, deferred, failed, forked, refused } = await syncing()
    await pushed()
    await deferred()
    await failed()
    await forked()
    await refused()
    const [good, deferral, failure, , fork, refusal] = counted('sync_requests', entriesOf(lines))
    const throttled = { ...failure!, httpRequest: { requestMethod: 'POST', status: 429 } }
    const raised = (entry: LogEntry, goods: number, count = 6) =>
      raises('sync-failures', [...times(goods, good!), ...times(count, entry)])
    for (const failing of [deferral!, failure!, throttled]) {
      expect([raised(failing, 54), raised(failing, 53), raised(failing, 0, 5)]).toEqual([false, true, false])
    }
    expect([fork, refusal]).toMatchObject([
      { jsonPayload: { outcome: 'conflict' } },
      { jsonPayload: { sync: { mutations: 1, invalid: 1, retry: 0 } } },
    ])
    expect([raised(fork!, 0), raised(refusal!, 0)]).toEqual([false, false])
  })

  test('tell of the outbox, of the page and of errors of the app, by flag', async () => {
    const { lines, pull, pushed } = await syncing()
    const errors = { count: 2, last: { name: 'TypeError', build: '1.4.0' } }
    await pull({ ...TOLD, outbox_pending: 7, invalid: 1, load_ms: 850, errors })
    await pushed({ ...TOLD, flag: 'off' })
    const entries = entriesOf(lines)
    const values = ['outbox_pending', 'outbox_invalid', 'page_load_ms'].map((name) => valuesOf(name, entries))
    expect(values).toEqual([[7, 0], [1, 0], [850]])
    expect(labels('outbox_pending', entries)).toEqual([{ flag: 'on' }, { flag: 'off' }])
    expect(labels('page_load_ms', entries)).toEqual([{ flag: 'on' }])
    expect(labels('client_errors', entries)).toEqual([{ route: PULL, flag: 'on' }])
    const [bad, good] = counted('sync_requests', entries)
    expect(raises('client-errors', [...times(6, bad!), ...times(114, good!)])).toBe(false)
    expect(raises('client-errors', [...times(6, bad!), ...times(113, good!)])).toBe(true)
  })

  test("that end a guest's migration are counted by outcome, and a single failed one raises an alert", async () => {
    const { lines, device } = await syncInTest()
    const migrate = async (user_id: string, found: number) => {
      const migration = { id: 'plan', expected: 3, found }
      const reply = await device(user_id).send('push', { acked: 0, mutations: [], migration })
      expect(reply.status).toBe(200)
    }
    await migrate('a', 3)
    expect(raises('migration-failed', entriesOf(lines))).toBe(false)
    await migrate('b', 2)
    const entries = entriesOf(lines)
    expect(labels('migrations', entries)).toEqual([{ state: 'complete' }, { state: 'failed' }])
    expect(raises('migration-failed', entries)).toBe(true)
  })
})

test('every metric has counted a real line', () => {
  expect([...seen].toSorted()).toEqual(Object.keys(METRICS).toSorted())
})
