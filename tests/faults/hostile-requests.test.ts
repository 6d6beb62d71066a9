import { describe, expect } from 'vitest'

import { BODY_BYTES_MAX } from '#shared/http/request/request-body.ts'
import { hostileBodies, hostileHeaders, hostileTargets } from '#tests/attack/hostile-bodies.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { longTest } from '#tests/support/effort.ts'
import { ROUND_MS_MAX, SEEDS } from './rounds.ts'
import { HEAP_OF_INSTANCE, INSTANCE_MIB, peakMib, processorMs } from './small-instance.ts'
import { startSystem, type Instance } from './system.ts'

/** Several times what the most costly of them takes. */
const PROCESSOR_MS_MAX = 2000
const ANSWER_CHARACTERS_MAX = 64 * 1024
const SIMULTANEOUS = 8
/** A push names what is in conflict, as it was sent. */
const PUSH_ANSWER_CHARACTERS_MAX = 2.5 * 1024 * 1024

interface HostileRequest {
  readonly title: string
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Each body to routes that create, change, and take little; each header and address once. */
function hostileRequests(seed: number, audience_id: string): HostileRequest[] {
  const random = seededRandom(seed)
  const record_path = `/api/audiences/${audience_id}`
  const with_bodies = hostileBodies(random, BODY_BYTES_MAX).flatMap(({ shape, body }, at) => [
    { method: 'POST', path: '/api/audiences', title: shape, body, headers: { 'Idempotency-Key': `key-${at}` } },
    { method: 'PATCH', path: record_path, title: shape, body },
    { method: 'PUT', path: `${record_path}/status`, title: shape, body },
  ])
  const with_headers = hostileHeaders(random).flatMap((headers) =>
    ['PUT', 'OPTIONS'].map((method) => {
      const body = method === 'PUT' ? { body: '{"status":"active"}' } : {}
      return { method, path: `${record_path}/status`, title: Object.keys(headers).join(), headers, ...body }
    }),
  )
  const with_targets = hostileTargets(random).map((path) => ({ method: 'GET', path, title: path.slice(0, 60) }))
  return [...with_bodies, ...with_headers, ...with_targets]
}

/** Each body, or what fits into the change of a record, in pulls and pushes. */
function hostileSyncs(seed: number): HostileRequest[] {
  const device = '"client_id":"cli_01h455vb4pex5vsknk084sn02q"'
  const head = '"seq":1,"mutation_id":"m","kind":"audience","id":"aud_01h455vb4pex5vsknk084sn02q"'
  const change = (more: string) => `{${device},"acked":0,"mutations":[{${head},${more}}]}`
  const random = seededRandom(seed)
  const whole = hostileBodies(random, BODY_BYTES_MAX)
  const half = hostileBodies(random, BODY_BYTES_MAX / 2 - 1000)
  return [
    ...whole.flatMap(({ shape, body }) => [
      { method: 'POST', path: '/api/sync/pull', title: shape, body },
      { method: 'POST', path: '/api/sync/push', title: shape, body },
    ]),
    ...half.flatMap(({ shape, body }) =>
      [
        change(`"op":"create","value":${body}`),
        change(`"op":"patch","base_version":0,"set":${body},"base":${body}`),
        change(`"op":"patch","base_version":0,"set":{"metadata":${body}},"base":{"metadata":${body}}`),
        `{${device},"acked":0,"mutations":${body}}`,
        `{${device},"acked":0,"mutations":[],"client":${body}}`,
      ].map((text) => ({ method: 'POST', path: '/api/sync/push', title: shape, body: text })),
    ),
  ]
}

/** What is wrong with the answer to a hostile request. */
async function faultsOf(instance: Instance, { method, path, body, headers, title }: HostileRequest): Promise<string[]> {
  const { status, text } = await instance.as('attacker').call(method, path, body, headers)
  const faults: string[] = []
  if (status >= 500) faults.push(`is ${status}: ${text.slice(0, 200)}`)
  const characters_max = path === '/api/sync/push' ? PUSH_ANSWER_CHARACTERS_MAX : ANSWER_CHARACTERS_MAX
  if (text.length > characters_max) faults.push(`has ${text.length} characters`)
  const answer = (text === '' ? {} : JSON.parse(text)) as {
    errors?: readonly { path: string; message: string }[]
    errors_omitted?: number
  }
  const { errors = [], errors_omitted } = answer
  if (errors.length > 100 || (errors.length < 100 && errors_omitted !== undefined)) {
    faults.push(`has ${errors.length} errors and omits ${errors_omitted}`)
  }
  const too_long = errors.find((error) => error.path.length > 200 || error.message.length > 500)
  if (too_long) faults.push(`has a long error: ${JSON.stringify(too_long)}`)
  return faults.map((fault) => `${method} ${title}: ${fault}`)
}

describe.each(SEEDS)('requests of every hostile shape to a deployed instance of 512 MiB (SEED=%i)', (seed) => {
  longTest(
    'are answered within bounds of time, memory and size, one by one and eight at a time',
    { timeout: ROUND_MS_MAX },
    async () => {
      const system = await startSystem()
      const instance = await system.startFunction({
        bundled: true,
        without_proxy: true,
        node_options: HEAP_OF_INSTANCE,
      })
      const { call } = instance.as('attacker')
      const { body } = await call('POST', '/api/audiences', { name: 'to be changed' })
      const requests = hostileRequests(seed, body.audience_id)
      await expectBounded(instance, requests)
      expect((await call('GET', '/api/audiences')).status).toBe(200)
    },
  )

  longTest('in pulls and pushes are answered within the same bounds', { timeout: ROUND_MS_MAX }, async () => {
    const system = await startSystem()
    const options = { name: 'sync', bundled: true, without_proxy: true, node_options: HEAP_OF_INSTANCE } as const
    const instance = await system.startFunction(options)
    const client_id = 'cli_01h455vb4pex5vsknk084sn02q'
    const id = 'aud_01h455vb4pex5vsknk084sn02q'
    const made = { seq: 9, mutation_id: 'made', op: 'create', kind: 'audience', id, value: { name: 'to be changed' } }
    const { call } = instance.as('attacker')
    await call('POST', '/api/sync/push', { client_id, acked: 0, mutations: [made] })
    await expectBounded(instance, hostileSyncs(seed))
    expect((await call('POST', '/api/sync/pull', { client_id })).status).toBe(200)
  })
})

/** Sends all of them, one by one and then eight at a time. */
async function expectBounded(instance: Instance, requests: readonly HostileRequest[]): Promise<void> {
  const faults: string[] = []
  for (const request of requests) {
    const before_ms = await processorMs(instance)
    faults.push(...(await faultsOf(instance, request)))
    const taken_ms = (await processorMs(instance)) - before_ms
    if (taken_ms > PROCESSOR_MS_MAX) faults.push(`${request.method} ${request.title}: took ${taken_ms} ms`)
  }
  const waiting = [...requests]
  const worker = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) faults.push(...(await faultsOf(instance, next)))
  }
  await Promise.all(Array.from({ length: SIMULTANEOUS }, worker))
  expect(faults).toEqual([])
  expect(await peakMib(instance)).toBeLessThan(INSTANCE_MIB)
}
