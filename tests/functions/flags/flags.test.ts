import { describe, expect, test } from 'vitest'

import { type ConfigObject, FLAGS_OBJECT, NOTICE_OBJECT } from '#functions/flags/config.ts'
import { isOn } from '#functions/flags/decision.ts'
import { createFlagsApp } from '#functions/flags/index.ts'
import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { writeJson } from '#shared/objects/json-object.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { BUCKET, type Client, type Reply } from '#tests/functions/audiences/harness.ts'
import { type Running, runningInTest } from '#tests/functions/distributions/harness.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { clockAt, fasterClock } from '#tests/support/clock.ts'

const PATH = '/api/flags'
const CLIENT = 'cli_01h455vb4pex5vsknk084sn02q'
const USERS = Array.from({ length: 40 }, (_, index) => `user_${index}`)
const random = seededRandom(7)
const CLIENTS = USERS.map((_, index) => newId('cli', Date.UTC(2025, 4, 1) + index, random))

async function set<T>({ gcs }: Running, { name }: ConfigObject<T>, content: T): Promise<void> {
  const store = gcsObjectStore({ bucket: BUCKET, api_endpoint: gcs.url, clock: systemClock })
  const found = await store.read(name)
  await writeJson(store, name, JSON.stringify(content), found.kind === 'found' ? found.generation : NO_OBJECT)
}
const setTo = (running: Running, percent: number, enabled = true) =>
  set(running, FLAGS_OBJECT, { flags: { persistence_v2: { percent, enabled } } })

interface Instance {
  /** Without a token. */
  readonly guest: (query: string, headers?: Readonly<Record<string, string>>) => ReturnType<Client['call']>
  readonly as: (user_id: string) => Client
}

async function instanceOf(running: Running): Promise<Instance> {
  const { url, as } = await running.instance(createFlagsApp)
  const guest: Instance['guest'] = async (query, headers = {}) => {
    const response = await fetch(`${url}${PATH}${query}`, { headers })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as Reply['body'] }
  }
  return { guest, as }
}

const isOnFor = ({ body }: Awaited<ReturnType<Client['call']>>) =>
  (body['flags'] as { persistence_v2: boolean }).persistence_v2

test('a user is decided by the user, a guest by the client', async () => {
  const running = await runningInTest()
  await setTo(running, 50)
  const { guest, as } = await instanceOf(running)
  const expected = (subject: string) => isOn('persistence_v2', subject, { percent: 50, enabled: true })
  for (const [index, client_id] of CLIENTS.entries()) {
    const user_id = USERS[index]!
    expect(isOnFor(await guest(`?client_id=${client_id}`))).toBe(expected(client_id))
    expect(isOnFor(await as(user_id).call('GET', `${PATH}?client_id=${client_id}`))).toBe(expected(user_id))
    expect(isOnFor(await as(user_id).call('GET', PATH))).toBe(expected(user_id))
  }
  const on = USERS.filter(expected).length
  expect([on > 0, on < USERS.length]).toEqual([true, true])
})

test('two instances agree about everybody', async () => {
  const running = await runningInTest()
  await setTo(running, 33.33)
  const instances = [await instanceOf(running), await instanceOf(running)]
  const [one, other] = await Promise.all(
    instances.map(({ guest }) => Promise.all(CLIENTS.map(async (id) => isOnFor(await guest(`?client_id=${id}`))))),
  )
  expect(one).toEqual(other)
  expect(new Set(one)).toEqual(new Set([true, false]))
})

test('the flag is on for everybody while nobody has set it, and for nobody once it is switched off', async () => {
  const running = await runningInTest()
  const before = await instanceOf(running)
  expect((await before.guest(`?client_id=${CLIENT}`)).body).toEqual({
    success: true,
    flags: { persistence_v2: true },
    notice: null,
  })
  await setTo(running, 100, false)
  const after = await instanceOf(running)
  expect(isOnFor(await after.guest(`?client_id=${CLIENT}`))).toBe(false)
})

describe('a guest', () => {
  test('is told that a client id is needed, and that nothing else will do', async () => {
    const { guest } = await instanceOf(await runningInTest())
    const hostile = [
      '',
      '?client_id=',
      '?client_id=x',
      '?client_id=CLI_01H455VB4PEX5VSKNK084SN02Q',
      `?client_id=${CLIENT}%00`,
      `?client_id=${CLIENT}0`,
      `?client_id=%20${CLIENT}`,
      '?client_id=aud_01h455vb4pex5vsknk084sn02q',
      '?client_id=cli_81h455vb4pex5vsknk084sn02q',
      '?client_id=cli_01h455vb4p0x5vsknk084sn02q',
      '?client_id=import',
      '?client_id=..%2f..%2fconfig%2fflags.json',
      '?client_id=__proto__',
      `?client_id=${'x'.repeat(4000)}`,
      `?client_id=${CLIENT}&client_id=${CLIENT}`,
    ]
    for (const query of hostile) {
      const { status, body } = await guest(query)
      expect([query, status, body.errors?.map(({ path }) => path)]).toEqual([query, 400, ['client_id']])
    }
    const named = await guest(`?client_id=${CLIENT}&user_id=demo_user`)
    expect([named.status, named.body.errors.map(({ path }) => path)]).toEqual([400, ['user_id']])
  })

  test('whose token has expired is answered 401, not as a guest', async () => {
    const { guest } = await instanceOf(await runningInTest())
    const { status, headers } = await guest(`?client_id=${CLIENT}`, { authorization: 'Bearer a.b.c' })
    expect([status, headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('invalid_token') as string])
  })

  test('of an allowed page may read the answer', async () => {
    const origin = 'https://app.example.com'
    const { guest } = await instanceOf(await runningInTest({ settings: { ALLOWED_ORIGINS: origin } }))
    const { headers } = await guest(`?client_id=${CLIENT}`, { origin })
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect(headers.get('vary')).toBe('Authorization, Origin')
    expect(headers.get('cache-control')).toBe('private, no-cache')
  })

  test('of an allowed page may send a token later', async () => {
    const origin = 'https://app.example.com'
    const { url } = await (await runningInTest({ settings: { ALLOWED_ORIGINS: origin } })).instance(createFlagsApp)
    const { status, headers } = await fetch(`${url}${PATH}`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    })
    expect([status, headers.get('access-control-allow-methods')]).toEqual([204, 'GET, HEAD, OPTIONS'])
    expect(headers.get('access-control-allow-headers')).toContain('Authorization')
  })
})

describe('a request', () => {
  test('costs two GETs for the first of an instance, and no call of the bucket within the next minute', async () => {
    const running = await runningInTest()
    await setTo(running, 50)
    const { guest, as } = await instanceOf(running)
    const first = await running.counted(() => guest(`?client_id=${CLIENT}`))
    expect([first.reads, first.writes, first.lists]).toEqual([2, 0, 0])
    const later = await running.counted(async () => {
      for (const client_id of CLIENTS) await guest(`?client_id=${client_id}`)
      await as('demo_user').call('GET', PATH)
    })
    expect([later.reads, later.writes, later.lists]).toEqual([0, 0, 0])
  })

  test('is answered by the default when a new instance finds no bucket, and logged once for each object', async () => {
    const running = await runningInTest()
    await setTo(running, 0)
    running.gcs.faults.add({ fault: 'unavailable' })
    const { guest } = await instanceOf(running)
    for (let requests = 0; requests < 3; requests++) {
      const answer = await guest(`?client_id=${CLIENT}`)
      expect([answer.status, isOnFor(answer)]).toEqual([200, true])
    }
    const lines = running.lines.filter(({ event }) => event === 'config_unreadable')
    expect(
      lines.map(({ severity, state, object }) => `${severity} ${String(state)} ${String(object)}`).toSorted(),
    ).toEqual(['WARNING unavailable config/flags.json', 'WARNING unavailable config/notice.json'])
  })

  test('waits two seconds for a bucket that does not answer, and is answered all the same', async () => {
    const clock = fasterClock(40)
    const running = await runningInTest({ clock })
    running.gcs.faults.add({ fault: 'stall' })
    const { guest } = await instanceOf(running)
    const begun_ms = clock.monotonicMs()
    expect((await guest(`?client_id=${CLIENT}`)).status).toBe(200)
    expect(clock.monotonicMs() - begun_ms).toBeGreaterThanOrEqual(2_000)
  })
})

describe('a notice', () => {
  const notice = { id: 'ntc_1', text: 'Back at 8', level: 'warning' as const, until: '2025-05-15T20:00:00.000Z' }

  test('is shown to everybody until its time', async () => {
    const clock = clockAt('2025-05-15T19:59:00Z')
    const running = await runningInTest({ clock })
    await set(running, NOTICE_OBJECT, { notice, updated_at: '2025-05-15T12:00:00.000Z', updated_by: 'ann' })
    const { guest, as } = await instanceOf(running)
    expect((await guest(`?client_id=${CLIENT}`)).body['notice']).toEqual(notice)
    clock.set('2025-05-15T20:00:00Z')
    expect((await guest(`?client_id=${CLIENT}`)).body['notice']).toBeNull()
    expect((await as('demo_user').call('GET', PATH)).body['notice']).toBeNull()
  })

  test('without an end is shown until it is cleared, whatever the flags are', async () => {
    const running = await runningInTest()
    await set(running, NOTICE_OBJECT, { notice: { ...notice, until: null } })
    await setTo(running, 100, false)
    const shown = await (await instanceOf(running)).guest(`?client_id=${CLIENT}`)
    expect([shown.body['notice'], isOnFor(shown)]).toEqual([{ ...notice, until: null }, false])
    await set(running, NOTICE_OBJECT, { notice: null })
    expect((await (await instanceOf(running)).guest(`?client_id=${CLIENT}`)).body['notice']).toBeNull()
  })
})
