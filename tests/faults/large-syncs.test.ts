import { expect } from 'vitest'

import type { PushResult } from '#functions/sync/push/results.ts'
import { PULL_BYTES } from '#shared/contract/sync.ts'
import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { BUCKET } from '#tests/functions/audiences/harness.ts'
import type { Pulled } from '#tests/functions/sync/harness.ts'
import { longTest } from '#tests/support/effort.ts'
import { LARGE_SHAPES, storeLarge, type LargeShape } from './large-records.ts'
import { HEAP_OF_INSTANCE, INSTANCE_MIB, peakMib } from './small-instance.ts'
import { startSystem } from './system.ts'

/** Each test starts the deployed file with the heap of an instance of 512 MiB, and syncs what is largest. */

const SHAPES = Object.keys(LARGE_SHAPES) as LargeShape[]
const sixOf = (shape: LargeShape) => Array.from({ length: 6 }, (_, user) => `${shape}${user}`)
const newRecordId = (prefix: string) => newId(prefix, systemClock.nowMs(), systemRandom)

async function started() {
  const system = await startSystem()
  const options = { name: 'sync', bundled: true, without_proxy: true, node_options: HEAP_OF_INSTANCE } as const
  return { system, instance: await system.startFunction(options) }
}

longTest('six devices that pull large months at the same time fit an instance, each with every record', async () => {
  const { system, instance } = await started()
  const store = gcsObjectStore({ bucket: BUCKET, api_endpoint: system.gcs().url, clock: systemClock })
  const client_id = newRecordId('cli')
  for (const shape of SHAPES) {
    await storeLarge(store, sixOf(shape), shape, 100)
    const pulledRows = async (user: string): Promise<number> => {
      let rows = 0
      let cursor: string | null = null
      for (let more = true; more;) {
        const body = { client_id, cursor, limit_bytes: PULL_BYTES.max }
        const reply = await instance.as(user).call('POST', '/api/sync/pull', body)
        expect(reply.status).toBe(200)
        expect(Buffer.byteLength(reply.text)).toBeLessThan(PULL_BYTES.max + 10_000)
        const page: Pulled = reply.body as never
        for (const { rows: some } of page.partitions) rows += some.length
        ;({ cursor, more } = page)
      }
      return rows
    }
    expect(await Promise.all(sixOf(shape).map(pulledRows))).toEqual(Array(6).fill(100))
  }
  expect(await peakMib(instance)).toBeLessThan(INSTANCE_MIB)
})

longTest(
  'six devices that push what costs most at the same time fit an instance, and are done in the end',
  async () => {
    const { instance } = await started()
    const segments = Array.from({ length: 400 }, (_, n) => ({ segment_id: n, characteristics: { a: 'y'.repeat(300) } }))
    const pushedOut = async (user: string): Promise<readonly string[]> => {
      const client_id = newRecordId('cli')
      const [audience_id, platform_id] = [newRecordId('aud'), newRecordId('plat')]
      const distributions = Array.from({ length: 400 }, () => ({
        kind: 'distribution',
        id: newRecordId('dist'),
        value: { audience_id, platform_id },
      }))
      const created = [
        { kind: 'audience', id: audience_id, value: { name: 'A', segments } },
        { kind: 'platform', id: platform_id, value: { platform_type: 'tiktok', name: 'Seat' } },
        ...distributions,
      ]
      const statuses: string[] = []
      let rest = created.map((one, at) => ({ seq: at + 1, mutation_id: `${client_id}/${at}`, op: 'create', ...one }))
      for (let acked = 0; rest.length > 0;) {
        const reply = await instance.as(user).call('POST', '/api/sync/push', { client_id, acked, mutations: rest })
        expect(reply.status).toBe(200)
        const results = reply.body['results'] as readonly PushResult[]
        const first_retry = results.findIndex(({ status }) => status === 'retry')
        const done = first_retry < 0 ? results.length : first_retry
        statuses.push(...results.slice(0, done).map(({ status }) => status))
        acked = rest[done - 1]?.seq ?? acked
        rest = rest.slice(done)
      }
      return [...new Set(statuses)]
    }
    const all = await Promise.all(sixOf('details').map(pushedOut))
    expect(all.flat().filter((status) => status !== 'applied' && status !== 'duplicate')).toEqual([])
    expect(await peakMib(instance)).toBeLessThan(INSTANCE_MIB)
  },
)
