import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { FileStorages } from '#shared/client/node/file-storages.ts'
import type { ClientStorages, KeyRange, StorageKey, StoreWriter } from '#shared/client/storage.ts'
import { compareKeys, isInRange } from '#shared/client/transactions/keys.ts'
import { MemoryBrowser } from '#shared/client/memory/memory-browser.ts'
import { fc, REPEAT, runs } from '#tests/support/seeds.ts'

/** Whatever a transaction does, in whatever order, is what one would write into a plain list, step by step. */

type Contents = { readonly notes: { readonly text: number } }
type Step =
  | { readonly does: 'put'; readonly key: StorageKey; readonly text: number }
  | { readonly does: 'delete'; readonly key: StorageKey }
  | { readonly does: 'clear' | 'getAll' | 'getKeys'; readonly range: KeyRange; readonly limit: number | undefined }
  | { readonly does: 'get'; readonly key: StorageKey }
interface Work {
  readonly steps: readonly Step[]
  readonly fails: boolean
}

// Few of them, so that steps meet.
const element = fc.constantFrom<(string | number)[]>(1, 2, 10, 'a', 'b')
const key: fc.Arbitrary<StorageKey> = fc.oneof(element, fc.array(element, { maxLength: 2 }))
const range: fc.Arbitrary<KeyRange> = fc.oneof(
  fc.constant({}),
  fc.tuple(key, key).map(([at_least, below]) => ({ at_least, below })),
  fc.tuple(key, key).map(([above, at_most]) => ({ above, at_most })),
  fc.array(element, { maxLength: 1 }).map((beginning_with) => ({ beginning_with })),
)
const limit = fc.option(fc.nat({ max: 4 }), { nil: undefined })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('put' as const), key, text: fc.nat({ max: 99 }) }),
  fc.record({ does: fc.constant('delete' as const), key }),
  fc.record({ does: fc.constantFrom('clear' as const, 'getAll' as const, 'getKeys' as const), range, limit }),
  fc.record({ does: fc.constant('get' as const), key }),
)
const work: fc.Arbitrary<Work> = fc.record({
  steps: fc.array(step, { maxLength: 12 }),
  fails: fc.boolean(),
})

/** The entries as a plain list in order. */
class PlainList {
  entries: readonly { readonly key: StorageKey; readonly text: number }[] = []

  apply(done: Step): unknown {
    switch (done.does) {
      case 'put':
        this.entries = [...this.#without(done.key), { key: done.key, text: done.text }].toSorted((one, other) =>
          compareKeys(one.key, other.key),
        )
        return undefined
      case 'delete':
        this.entries = this.#without(done.key)
        return undefined
      case 'clear':
        this.entries = this.entries.filter((entry) => !isInRange(entry.key, done.range))
        return undefined
      case 'get':
        return this.entries.find((entry) => compareKeys(entry.key, done.key) === 0)?.text
      case 'getAll':
        return this.#in(done.range).slice(0, done.limit)
      case 'getKeys':
        return this.#in(done.range).map((entry) => entry.key)
    }
  }

  #in(wanted: KeyRange) {
    return this.entries.filter((entry) => isInRange(entry.key, wanted))
  }

  #without(unwanted: StorageKey) {
    return this.entries.filter((entry) => compareKeys(entry.key, unwanted) !== 0)
  }
}

async function apply(notes: StoreWriter<{ readonly text: number }>, done: Step): Promise<unknown> {
  switch (done.does) {
    case 'put':
      return notes.put(done.key, { text: done.text })
    case 'delete':
      return notes.delete(done.key)
    case 'clear':
      return notes.clear(done.range)
    case 'get':
      return (await notes.get(done.key))?.text
    case 'getAll': {
      const found = await notes.getAll(done.range, done.limit)
      return found.map((entry) => ({ key: entry.key, text: entry.entry.text }))
    }
    case 'getKeys':
      return await notes.getKeys(done.range)
  }
}

/** Does all of it in both, and compares each answer and what is left in the end, also for those who open it later. */
async function compare(storages: ClientStorages, works: readonly Work[], reopen: () => ClientStorages): Promise<void> {
  const storage = await storages.open<Contents>('notes', { reader: 1 })
  const plain = new PlainList()
  for (const { steps, fails } of works) {
    const before = plain.entries
    const done = storage.transact(['notes'], 'write', async ({ notes }) => {
      for (const each of steps) expect(await apply(notes, each)).toEqual(plain.apply(each))
      if (fails) throw new RangeError('this work fails')
    })
    if (!fails) {
      await done
      continue
    }
    await expect(done).rejects.toThrow('this work fails')
    plain.entries = before
  }
  const read = async (from: typeof storage) => await from.transact(['notes'], 'read', ({ notes }) => notes.getAll())
  const expected = plain.entries.map((entry) => ({ key: entry.key, entry: { text: entry.text } }))
  expect(await read(storage)).toEqual(expected)
  await storage.close()
  const again = await reopen().open<Contents>('notes', { reader: 1 })
  expect(await read(again)).toEqual(expected)
  await again.close()
}

const works = fc.array(work, { minLength: 1, maxLength: 4 })

test(`any transactions in memory leave what their steps say (${REPEAT})`, async () => {
  const property = fc.asyncProperty(works, async (all) => {
    const browser = new MemoryBrowser({ clock: systemClock, random: systemRandom })
    await compare(browser.openTab().ports.storages, all, () => browser.openTab().ports.storages)
  })
  await expect(fc.assert(property, runs(100, 5000))).resolves.toBeUndefined()
})

test(`any transactions in a file leave what their steps say, also for the next process (${REPEAT})`, async () => {
  const property = fc.asyncProperty(works, async (all) => {
    const folder = await mkdtemp(join(tmpdir(), 'transactions-'))
    try {
      const storages = () => new FileStorages(folder, { clock: systemClock, random: systemRandom })
      await compare(storages(), all, storages)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
  await expect(fc.assert(property, runs(10, 500))).resolves.toBeUndefined()
})
