import {
  type ClientStorage,
  type ClientStorages,
  type KeyRange,
  MIN_READER_KEY,
  type MinReader,
  StorageError,
  type StorageErrorKind,
  type StorageKey,
  type StorageNotice,
} from '#shared/client/storage.ts'

/**
 * What every adapter of the storage port does, as claims. It knows no test runner, so that Chromium runs it too, inside a
 * page.
 */
export interface StorageUnderTest {
  readonly storages: ClientStorages
  /** The same place as another tab, or the next process, sees it. */
  reopen(): Promise<ClientStorages>
  /** Takes so long that the browser, or what plays it, has ended a transaction that nobody uses. */
  wait(): Promise<void>
}

interface Note {
  readonly text: string
  readonly tags?: readonly string[]
}
type Contents = { readonly meta: MinReader; readonly notes: Note; readonly outbox: { readonly seq: number } }

const KEYS: readonly StorageKey[] = [
  -1,
  0,
  2,
  10,
  '',
  '10',
  '2',
  'a',
  'aa',
  [],
  [1],
  [1, 'a'],
  ['a', 1],
  ['a', 2],
  ['b'],
]

const open = (storages: ClientStorages, name: string, reader = 1): Promise<ClientStorage<Contents>> =>
  storages.open<Contents>(name, { reader })

async function put(storage: ClientStorage<Contents>, notes: Readonly<Record<string, string>>): Promise<void> {
  await storage.transact(['notes'], 'write', ({ notes: store }) => {
    for (const [key, text] of Object.entries(notes)) store.put(key, { text })
    return Promise.resolve()
  })
}

async function textsIn(storage: ClientStorage<Contents>): Promise<Record<string, string>> {
  const all = await storage.transact(['notes'], 'read', ({ notes }) => notes.getAll())
  return Object.fromEntries(all.map(({ key, entry }) => [String(key), entry.text]))
}

export const STORAGE_CONTRACT: Readonly<Record<string, (place: StorageUnderTest, name: string) => Promise<void>>> = {
  'an entry is found under its key, and unknown members of it are kept': async ({ storages, reopen }, name) => {
    const storage = await open(storages, name)
    const entry = { text: 'a', of_a_later_release: { deep: [1, null] } }
    await storage.transact(['notes'], 'write', async ({ notes }) => notes.put('one', entry))
    await storage.close()
    const again = await open(await reopen(), name)
    same(await again.transact(['notes'], 'read', ({ notes }) => notes.get('one')), entry)
    same(await again.transact(['notes'], 'read', ({ notes }) => notes.get('two')), undefined)
    await again.close()
  },

  'stores are apart, and need no declaration': async ({ storages }, name) => {
    const storage = await open(storages, name)
    await storage.transact(['notes', 'outbox'], 'write', async ({ notes, outbox }) => {
      notes.put('one', { text: 'a' })
      outbox.put(1, { seq: 1 })
    })
    await storage.transact(['notes'], 'write', async ({ notes }) => notes.clear())
    same(await storage.transact(['outbox'], 'read', ({ outbox }) => outbox.getAll()), [{ key: 1, entry: { seq: 1 } }])
    same(await textsIn(storage), {})
  },

  'keys come in order: numbers, texts, lists': async ({ storages }, name) => {
    const storage = await open(storages, name)
    await storage.transact(['notes'], 'write', async ({ notes }) => {
      for (const key of KEYS.toReversed()) notes.put(key, { text: JSON.stringify(key) })
    })
    same(await storage.transact(['notes'], 'read', ({ notes }) => notes.getKeys()), KEYS)
    const all = await storage.transact(['notes'], 'read', ({ notes }) => notes.getAll())
    same(
      all.map(({ key, entry }) => [key, entry.text]),
      KEYS.map((key) => [key, JSON.stringify(key)]),
    )
  },

  'a range has the keys within its bounds': async ({ storages }, name) => {
    const storage = await open(storages, name)
    await storage.transact(['notes'], 'write', async ({ notes }) => {
      for (const key of KEYS) notes.put(key, { text: '' })
    })
    const keysIn = (range: KeyRange, limit?: number) => readRange(storage, range, limit)
    same(await keysIn({ at_least: 2, at_most: '10' }), [2, 10, '', '10'])
    same(await keysIn({ above: 2, below: '10' }), [10, ''])
    same(await keysIn({ above: [1, 'a'] }), [['a', 1], ['a', 2], ['b']])
    same(await keysIn({ below: 0 }), [-1])
    same(await keysIn({ beginning_with: ['a'] }), [
      ['a', 1],
      ['a', 2],
    ])
    same(await keysIn({ beginning_with: [] }), [[], [1], [1, 'a'], ['a', 1], ['a', 2], ['b']])
    same(await keysIn({ at_least: 'b', at_most: 'a' }), [])
    same(await keysIn({ above: 'a', at_most: 'a' }), [])
    same(await keysIn({ at_least: 'a' }, 2), ['a', 'aa'])
    same(await keysIn({}, 0), [])
  },

  'reads see what the same transaction has changed': async ({ storages }, name) => {
    const storage = await open(storages, name)
    await put(storage, { a: '1', b: '1', c: '1', d: '1' })
    await storage.transact(['notes'], 'write', async ({ notes }) => {
      notes.put('b', { text: '2' })
      notes.delete('c')
      notes.put('bb', { text: '2' })
      same((await notes.get('b'))?.text, '2')
      same(await notes.get('c'), undefined)
      same(await notes.getKeys(), ['a', 'b', 'bb', 'd'])
      const first = await notes.getAll({ at_least: 'b' }, 2)
      same(
        first.map(({ key }) => key),
        ['b', 'bb'],
      )
      notes.clear({ above: 'b' })
      same(await notes.get('d'), undefined)
      notes.put('d', { text: '3' })
      notes.put('c', { text: '3' })
      notes.delete('c')
    })
    same(await textsIn(storage), { a: '1', b: '2', d: '3' })
  },

  'work that throws has changed nothing': async ({ storages }, name) => {
    const storage = await open(storages, name)
    await put(storage, { a: '1' })
    const failed = storage.transact(['notes', 'outbox'], 'write', async ({ notes, outbox }) => {
      notes.put('a', { text: '2' })
      outbox.put(1, { seq: 1 })
      await notes.get('a')
      throw new RangeError('no')
    })
    same((await failureOf(failed)) instanceof RangeError, true)
    same(await textsIn(storage), { a: '1' })
    same(await storage.transact(['outbox'], 'read', ({ outbox }) => outbox.getKeys()), [])
  },

  'work that waits for something else fails as a whole': async ({ storages, wait }, name) => {
    const storage = await open(storages, name)
    const failed = storage.transact(['notes'], 'write', async ({ notes }) => {
      notes.put('a', { text: '1' })
      await notes.get('a')
      await wait()
      notes.put('b', { text: '1' })
    })
    const failure = await failureOf(failed)
    same(failure instanceof Error && failure.message.includes('waited for something other'), true)
    same(await textsIn(storage), {})
  },

  'what is read while others write is never half of a change': async ({ storages }, name) => {
    const storage = await open(storages, name)
    await put(storage, { a: '0', b: '0' })
    const writes = Array.from({ length: 20 }, (_, at) => put(storage, { a: String(at), b: String(at) }))
    const seen = await Promise.all(Array.from({ length: 20 }, () => textsIn(storage)))
    await Promise.all(writes)
    same(
      seen.filter(({ a, b }) => a !== b),
      [],
    )
  },

  'counters that are raised side by side lose nothing': async ({ storages }, name) => {
    const storage = await open(storages, name)
    const raise = () =>
      storage.transact(['outbox'], 'write', async ({ outbox }) => {
        const { seq } = (await outbox.get('last')) ?? { seq: 0 }
        outbox.put('last', { seq: seq + 1 })
      })
    await Promise.all(Array.from({ length: 25 }, raise))
    same(await storage.transact(['outbox'], 'read', ({ outbox }) => outbox.get('last')), { seq: 25 })
  },

  'a strict write is there for the next process': async ({ storages, reopen }, name) => {
    const storage = await open(storages, name)
    await storage.transact(['notes'], 'write', async ({ notes }) => notes.put('a', { text: '1' }), {
      durability: 'strict',
    })
    await storage.close()
    const again = await open(await reopen(), name)
    same(await textsIn(again), { a: '1' })
    await again.close()
  },

  'a release that cannot read the storage is refused, and its data stay': async ({ storages, reopen }, name) => {
    const storage = await open(storages, name, 2)
    await storage.transact(['meta', 'notes'], 'write', async ({ meta, notes }) => {
      meta.put(MIN_READER_KEY, { min_reader: 2 })
      notes.put('a', { text: 'of the second release' })
    })
    await storage.close()
    const place = await reopen()
    await fails(open(place, name, 1), 'newer-version')
    const again = await open(place, name, 3)
    same(await textsIn(again), { a: 'of the second release' })
    await again.close()
  },

  'a release that has it open is refused from then on': async ({ storages }, name) => {
    const storage = await open(storages, name, 1)
    await storage.transact(['meta'], 'write', async ({ meta }) => meta.put(MIN_READER_KEY, { min_reader: 2 }))
    await fails(textsIn(storage), 'newer-version')
    await fails(put(storage, { a: '1' }), 'newer-version')
  },

  'a closed storage awaits what runs, and takes nothing more': async ({ storages }, name) => {
    const storage = await open(storages, name)
    const running = put(storage, { a: '1' })
    await Promise.all([storage.close(), running])
    await fails(textsIn(storage), 'closed')
    await fails(put(storage, { b: '1' }), 'closed')
    const again = await open(storages, name)
    same(await textsIn(again), { a: '1' })
    await again.close()
  },

  'storages are apart, and are named until they are erased': async ({ storages }, name) => {
    const [one, other] = [await open(storages, `${name}-1`), await open(storages, `${name}-2`)]
    await put(one, { a: '1' })
    same(await textsIn(other), {})
    const ours = async () => (await storages.names()).filter((each) => each.startsWith(`${name}-`)).toSorted()
    same(await ours(), [`${name}-1`, `${name}-2`])
    await storages.erase(`${name}-1`)
    await storages.erase(`${name}-0`)
    same(await ours(), [`${name}-2`])
  },

  'whoever has an erased storage open loses it, and does not make it again': async ({ storages }, name) => {
    const notices: StorageNotice[] = []
    const storage = await storages.open<Contents>(name, { reader: 1, onNotice: (notice) => notices.push(notice) })
    await put(storage, { a: '1' })
    await storages.erase(name)
    await fails(put(storage, { b: '1' }), 'closed')
    same(notices, ['given-up'])
    same((await storages.names()).includes(name), false)
    const again = await open(storages, name)
    same(await textsIn(again), {})
    await again.close()
  },

  'what is no key is refused before anything is changed': async ({ storages }, name) => {
    const storage = await open(storages, name)
    const failed = storage.transact(['notes'], 'write', async ({ notes }) => {
      notes.put('a', { text: '1' })
      notes.put(Number.NaN, { text: '1' })
    })
    same((await failureOf(failed)) instanceof TypeError, true)
    same(await textsIn(storage), {})
  },
}

async function readRange(storage: ClientStorage<Contents>, range: KeyRange, limit?: number): Promise<StorageKey[]> {
  const found = await storage.transact(['notes'], 'read', ({ notes }) => notes.getAll(range, limit))
  return found.map(({ key }) => key)
}

/** @throws unless both are the same as JSON */
function same(actual: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (one !== other) throw new Error(`expected ${other}, found ${one}`)
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('expected a failure')
}

async function fails(work: Promise<unknown>, kind: StorageErrorKind): Promise<void> {
  const failure = await failureOf(work)
  same(failure instanceof StorageError ? failure.kind : String(failure), kind)
}
