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

/** What is wrong with the answer to a hostile request. */
async function faultsOf(instance: Instance, { method, path, body, headers, title }: HostileRequest): Promise<string[]> {
  const { status, text } = await instance.as('attacker').call(method, path, body, headers)
  const faults: string[] = []
  if (status >= 500) faults.push(`is ${status}: ${text.slice(0, 200)}`)
  if (text.length > ANSWER_CHARACTERS_MAX) faults.push(`has ${text.length} characters`)
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
      expect((await call('GET', '/api/audiences')).status).toBe(200)
    },
  )
})
