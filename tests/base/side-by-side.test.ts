import { expect, test } from 'vitest'

import { sideBySide } from '#shared/base/side-by-side.ts'
import { fc, runs } from '#tests/support/seeds.ts'

interface Item {
  readonly bytes: number
  readonly fails?: boolean
}

/** Carries out the items; each gives way as often as it has bytes. */
async function carriedOut(items: readonly Item[], room: { count_max: number; bytes_max: number }) {
  const running = new Set<Item>()
  const begun: Item[] = []
  const most = { count: 0, bytes: 0 }
  const failure = await sideBySide(items, room, async (item) => {
    begun.push(item)
    running.add(item)
    const bytes = [...running].reduce((sum, one) => sum + one.bytes, 0)
    most.count = Math.max(most.count, running.size)
    if (running.size > 1) most.bytes = Math.max(most.bytes, bytes)
    for (let turn = 0; turn < item.bytes; turn++) await Promise.resolve()
    running.delete(item)
    if (item.fails) throw new Error(`item ${items.indexOf(item)}`)
  }).then(
    () => undefined,
    (error: unknown) => error,
  )
  return { begun, most, failure, running }
}

const items = fc.array(fc.record({ bytes: fc.nat(9) }), { maxLength: 20 })
const room = fc.record({ count_max: fc.integer({ min: 1, max: 4 }), bytes_max: fc.nat(12) })

test('all work is done, begun in its order, never more of it simultaneously than there is room for', async () => {
  await fc.assert(
    fc.asyncProperty(items, room, async (all, limits) => {
      const { begun, most, failure, running } = await carriedOut(all, limits)
      expect([failure, running.size, begun]).toEqual([undefined, 0, all])
      expect(most.count).toBeLessThanOrEqual(limits.count_max)
      expect(most.bytes).toBeLessThanOrEqual(limits.bytes_max)
    }),
    runs(100),
  )
})

test('after a failure nothing is begun, and what was under way has ended when it is thrown', async () => {
  const all = [{ bytes: 3 }, { bytes: 1, fails: true }, { bytes: 9 }, { bytes: 1 }, { bytes: 1 }]
  const { begun, failure, running } = await carriedOut(all, { count_max: 3, bytes_max: 100 })
  expect(failure).toEqual(new Error('item 1'))
  expect(begun).toEqual(all.slice(0, 3))
  expect(running.size).toBe(0)
})
