import { describe, expect, test } from 'vitest'

import { findTied, type OrderedChange, tiesOf, wavesOf } from '#functions/sync/push/order.ts'
import { fc, runs } from '#tests/support/seeds.ts'
import { virtualSync } from './virtual-sync.ts'

/** The order in which the changes of a push are made. */

const OBJECTS = [{ rank: 0 }, { rank: 0 }, { rank: 1 }, { rank: 2 }, { rank: 2 }]
const KEYS = ['a', 'b', 'c', 'd', 'e']

/** A record lies in one object; what it refers to lies anywhere. */
const anyChange = fc
  .record({
    record: fc.option(fc.nat(4), { nil: undefined }),
    refers_to: fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 2 }),
  })
  .map(({ record, refers_to }): OrderedChange => ({
    key: record === undefined ? undefined : KEYS[record],
    refers_to,
    object: record === undefined ? undefined : OBJECTS[record],
  }))
const anyChanges = fc.array(anyChange, { maxLength: 12 })

/** The rule as the words of the contract say it. */
function areTied(a: OrderedChange, b: OrderedChange): boolean {
  const names = (change: OrderedChange, key: string | undefined) =>
    key !== undefined && (change.key === key || change.refers_to.includes(key))
  return names(a, b.key) || names(b, a.key)
}

describe('the ties and waves of changes', () => {
  test('are those of the rule, for whatever changes', () => {
    fc.assert(
      fc.property(anyChanges, (changes) => {
        const ties = tiesOf(changes)
        const waves = wavesOf(changes, ties)
        for (const [at, change] of changes.entries()) {
          const tied = changes.slice(0, at).flatMap((earlier, place) => (areTied(earlier, change) ? [place] : []))
          const found = new Set<number>()
          findTied(ties[at]!, (earlier) => {
            found.add(earlier)
            return false
          })
          expect([...found].toSorted((a, b) => a - b)).toEqual(tied)
          const after = tied.map((place) => {
            const { object } = changes[place]!
            const together = !object || !change.object || object === change.object || object.rank < change.object.rank
            return waves[place]! + (together ? 0 : 1)
          })
          expect(waves[at]).toBe(Math.max(0, ...after))
        }
      }),
      runs(300),
    )
  })

  test('depend only on earlier changes of a record that a change names', () => {
    fc.assert(
      fc.property(anyChanges, (changes) => {
        for (const [at, ties] of tiesOf(changes).entries()) {
          const { key, refers_to } = changes[at]!
          const dependsOn = new Set<number>()
          findTied(ties, (earlier, depends) => {
            if (depends) dependsOn.add(earlier)
            return false
          })
          const named = changes.slice(0, at).flatMap((earlier, place) => {
            return earlier.key !== undefined && [key, ...refers_to].includes(earlier.key) ? [place] : []
          })
          expect([...dependsOn].toSorted((a, b) => a - b)).toEqual(named)
        }
      }),
      runs(300),
    )
  })
})

const statuses = (results: readonly { readonly status: string }[]) => results.map(({ status }) => status)

function withDistributions() {
  const virtual = virtualSync()
  const { change, newId } = virtual
  return {
    ...virtual,
    platform: (id: string) =>
      change('create', 'platform', id, { value: { platform_type: 'tiktok', name: 'Seat', status: 'pending' } }),
    distribute: (audience_id: string, platform_id: string, id = newId('dist')) =>
      change('create', 'distribution', id, { value: { audience_id, platform_id } }),
    status: (id: string, from: string, to: string, kind = 'audience') =>
      change('patch', kind, id, { base_version: 0, set: { status: to }, base: { status: from } }),
  }
}

describe('a push', () => {
  test('of an audience, a platform and their distribution is one wave, in whatever months they are', async () => {
    const { run, push, create, platform, distribute, newId, store } = withDistributions()
    await run(async () => {
      const [audience_id, platform_id] = [newId('aud', '2025-04'), newId('plat')]
      const sent = [create(audience_id), platform(platform_id), distribute(audience_id, platform_id)]
      expect(statuses(await push(sent))).toEqual(['applied', 'applied', 'applied'])
      expect(store.counts.write).toBe(3)
    })
  })

  test('hands over an audience as it is at that place in the order: before it is archived, and not after', async () => {
    const { run, push, create, platform, distribute, status, newId, store } = withDistributions()
    await run(async () => {
      const [audience_id, platform_id] = [newId('aud'), newId('plat')]
      const sent = [
        create(audience_id),
        platform(platform_id),
        distribute(audience_id, platform_id),
        status(audience_id, 'active', 'archived'),
        distribute(audience_id, platform_id),
        status(audience_id, 'archived', 'active'),
        distribute(audience_id, platform_id),
      ]
      const results = await push(sent)
      expect(statuses(results)).toEqual(['applied', 'applied', 'applied', 'merged', 'invalid', 'merged', 'applied'])
      expect(results[4]).toMatchObject({ problem: { status: 422, errors: [{ path: 'audience_id' }] } })
      // Of the audience, three waves; the platform one; the distributions three, of which one changes nothing.
      expect(store.counts.write).toBe(3 + 1 + 2)
    })
  })

  test('goes as far as four waves; what comes later is retry without a wait, and made by the next push', async () => {
    const { run, push, create, platform, distribute, status, newId } = withDistributions()
    await run(async () => {
      const [audience_id, platform_id] = [newId('aud'), newId('plat')]
      const pairs = [1, 2, 3, 4, 5].flatMap(() => [
        distribute(audience_id, platform_id),
        status(audience_id, 'active', 'archived'),
        status(audience_id, 'archived', 'active'),
      ])
      const results = await push([create(audience_id), platform(platform_id), ...pairs])
      expect(statuses(results).join(' ')).toBe(
        `applied applied${' applied merged merged'.repeat(3)} applied${' retry'.repeat(5)}`,
      )
      expect(results.at(-1)).toMatchObject({ retry_after_ms: 0 })
      expect(statuses(await push(pairs.slice(10)))).toEqual(['merged', 'merged', 'applied', 'merged', 'merged'])
    })
  })

  test('sets aside what names the id of a refused change, and what names that: with the first one’s number', async () => {
    const { run, push, create, platform, distribute, rename, change, newId } = withDistributions()
    await run(async () => {
      const [bad, good, platform_id, distribution] = [newId('aud'), newId('aud'), newId('plat'), newId('dist')]
      const sent = [
        create(bad, { name: '' }),
        create(good),
        platform(platform_id),
        rename(bad, 'A', 'B'),
        distribute(bad, platform_id, distribution),
        change('delete', 'distribution', distribution, { base_version: 0 }),
        distribute(good, platform_id),
        change('delete', 'audience', bad, { base_version: 0 }),
      ]
      const results = await push(sent)
      expect(statuses(results).join(' ')).toBe('invalid applied applied invalid invalid invalid applied invalid')
      const seqOf = (at: number) => results[at]!.problem?.['seq']
      expect([3, 4, 5, 7].map(seqOf)).toEqual([sent[0]!.seq, sent[0]!.seq, sent[4]!.seq, sent[0]!.seq])
      expect(results[3]).toMatchObject({ problem: { code: 'depends-on' } })
    })
  })

  test('is not held up by a refused change of a record that only refers to the same one', async () => {
    const { run, push, create, platform, distribute, rename, change, newId } = withDistributions()
    await run(async () => {
      const [audience_id, platform_id] = [newId('aud'), newId('plat')]
      const refused = change('create', 'distribution', newId('dist'), {
        value: { audience_id, platform_id, segments_distributed: [7] },
      })
      const sent = [
        create(audience_id),
        platform(platform_id),
        refused,
        distribute(audience_id, platform_id),
        rename(audience_id, 'A', 'B'),
      ]
      expect(statuses(await push(sent))).toEqual(['applied', 'applied', 'invalid', 'applied', 'merged'])
    })
  })

  test('lets none overtake a change that has to wait, in either direction of a reference', async () => {
    const { run, push, create, platform, distribute, rename, newId, store } = withDistributions()
    await run(async () => {
      const [audience_id, platform_id] = [newId('aud'), newId('plat')]
      await push([create(audience_id), platform(platform_id)])
      const write = store.write.bind(store)
      store.write = async (name, ...rest) => {
        if (name.startsWith('distributions/')) throw new TypeError('down')
        return await write(name, ...rest)
      }
      const sent = [
        rename(audience_id, 'A', 'B'),
        distribute(audience_id, platform_id),
        rename(audience_id, 'B', 'C'),
        rename(platform_id, 'Seat', 'Other'),
      ].map((one) => (one['id'] === platform_id ? { ...one, kind: 'platform' } : one))
      expect(statuses(await push(sent))).toEqual(['merged', 'retry', 'retry', 'retry'])
      store.write = write
      expect(statuses(await push(sent))).toEqual(['duplicate', 'applied', 'merged', 'merged'])
    })
  })
})
