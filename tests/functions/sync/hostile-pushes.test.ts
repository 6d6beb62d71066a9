import { describe, expect, test } from 'vitest'

import type { PushResult } from '#functions/sync/push/results.ts'
import { effort, longTest } from '#tests/support/effort.ts'
import { monthsBefore, virtualSync } from './virtual-sync.ts'

/**
 * Pushes that cost as much as a request can. One writes rows of 32 MiB at most: so none holds a core for seconds, and none
 * takes the memory of an instance.
 */
const WRITTEN_BYTES_MAX = 33 * 1024 * 1024

type Virtual = ReturnType<typeof virtualSync>
type Sent = Parameters<Virtual['push']>[0]

/** Work that every change of a large record costs again. */
const SEGMENTS = Array.from({ length: 400 }, (_, n) => ({
  segment_id: n,
  name: 'n'.repeat(150),
  characteristics: { a: 'y'.repeat(140) },
}))
const SEGMENTS_BYTES = JSON.stringify(SEGMENTS).length
const members = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, value]))

/** Pushes until nothing is left to retry. @returns the last result of each, the most that one push made, and how many */
async function pushedOut({ push }: Virtual, sent: Sent) {
  const results = new Map<number, PushResult>()
  let made_max = 0
  let pushes = 0
  for (let rest = sent; rest.length > 0; pushes++) {
    for (const result of await push(rest)) results.set(result.seq, result)
    const left = rest.filter(({ seq }) => results.get(seq)!.status === 'retry')
    expect(left.length).toBeLessThan(rest.length)
    made_max = Math.max(made_max, rest.length - left.length)
    rest = left
  }
  return { statuses: Map.groupBy(results.values(), ({ status }) => status), made_max, pushes }
}

describe('many changes', () => {
  test('of one large record are made in several pushes, each of them short', async () => {
    const virtual = virtualSync()
    const { run, push, create, change, newId, audiencesOf } = virtual
    await run(async () => {
      const id = newId('aud')
      await push([create(id, { metadata: members(1000, 'x'.repeat(50)), segments: SEGMENTS })])
      const count = effort(150, 1000)
      const sent = Array.from({ length: count }, (_, n) => {
        const base = { metadata: { [`k${n}`]: 'x'.repeat(50) } }
        return change('patch', 'audience', id, { base_version: 0, set: { metadata: { [`k${n}`]: n } }, base })
      })
      const { statuses, made_max, pushes } = await pushedOut(virtual, sent)
      expect(statuses.get('merged')).toHaveLength(count)
      expect(made_max * SEGMENTS_BYTES).toBeLessThan(WRITTEN_BYTES_MAX)
      expect(pushes).toBeLessThanOrEqual(Math.ceil(count / 140))
      expect(audiencesOf().footer.rev).toBe(1 + pushes)
    })
  })

  test('of one small record are one commit', async () => {
    const virtual = virtualSync()
    const { run, create, rename, newId, audiencesOf } = virtual
    await run(async () => {
      const id = newId('aud')
      const sent = [create(id), ...Array.from({ length: 999 }, (_, n) => rename(id, n ? `${n - 1}` : 'A', `${n}`))]
      const { pushes } = await pushedOut(virtual, sent)
      expect(pushes).toBe(1)
      expect(audiencesOf().footer.rev).toBe(1)
    })
  })

  test('in conflict with large records have copies of 4 MiB in the answer, and null for the others', async () => {
    const { run, push, create, rename, newId } = virtualSync()
    await run(async () => {
      const ids = Array.from({ length: 40 }, () => newId('aud'))
      await push(ids.map((id) => create(id, { description: 'é'.repeat(5000), segments: SEGMENTS })))
      const results = await push(ids.map((id) => rename(id, 'wrong', 'B')))
      expect(results.every(({ status }) => status === 'conflict')).toBe(true)
      const bytes = results.map(({ server }) => Buffer.byteLength(JSON.stringify(server)))
      expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(4 * 1024 * 1024 + 1000)
      const copies = results.filter(({ server }) => server !== null)
      expect(copies.length).toBeGreaterThan(20)
      expect(copies).toEqual(results.slice(0, copies.length))
    })
  })
})

describe('new distributions', () => {
  async function withPlatform(virtual: Virtual): Promise<string> {
    const id = virtual.newId('plat')
    await virtual.push([virtual.change('create', 'platform', id, { value: { platform_type: 'tiktok', name: 'Seat' } })])
    return id
  }

  longTest(
    'of one large audience, hundreds of them, are made in several pushes that fit into an instance',
    async () => {
      const virtual = virtualSync()
      const { run, push, create, change, newId } = virtual
      await run(async () => {
        const [audience_id, platform_id] = [newId('aud'), await withPlatform(virtual)]
        await push([create(audience_id, { segments: SEGMENTS })])
        const sent = Array.from({ length: 300 }, () =>
          change('create', 'distribution', newId('dist'), { value: { audience_id, platform_id } }),
        )
        const { statuses, made_max } = await pushedOut(virtual, sent)
        expect(statuses.get('applied')).toHaveLength(300)
        expect(made_max * SEGMENTS_BYTES).toBeLessThan(WRITTEN_BYTES_MAX)
      })
    },
  )

  test('of as many audiences as there are months do not wait for one month after another', async () => {
    const virtual = virtualSync({ latencyMs: () => 100 })
    const { run, push, create, change, newId, clock } = virtual
    await run(async () => {
      const platform_id = await withPlatform(virtual)
      const ids = monthsBefore(160).map((month) => newId('aud', month))
      await pushedOut(
        virtual,
        ids.map((id) => create(id)),
      )
      const sent = ids.map((audience_id) =>
        change('create', 'distribution', newId('dist'), { value: { audience_id, platform_id } }),
      )
      const began_ms = clock.monotonicMs()
      const results = await push(sent)
      expect(results.every(({ status }) => status === 'applied')).toBe(true)
      expect(clock.monotonicMs() - began_ms).toBeLessThan(5000)
    })
  })
})
