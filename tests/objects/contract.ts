import { describe, expect, test } from 'vitest'

import { crc32c } from '#shared/base/crc32c.ts'
import { NO_OBJECT, StoreError, type Generation, type ObjectStore } from '#shared/objects/object-store.ts'
import type { Failure } from './bucket-proxy.ts'

export interface ContractFixture {
  readonly store: ObjectStore
  /** The next call fails so. */
  fail(failure: Failure): void
  /** Carries out `work`, letting time limits pass while it waits. */
  run<T>(work: () => Promise<T>): Promise<T>
}

const TYPE = 'application/octet-stream'

/** What every object store promises. Run over the adapter for Cloud Storage and over the one in memory. */
export function objectStoreContract(adapter: string, open: () => Promise<ContractFixture>): void {
  const put = (store: ObjectStore, name: string, text: string, if_generation: Generation = NO_OBJECT) => {
    const bytes = new TextEncoder().encode(text)
    return store.write(name, bytes, { if_generation, crc32c: crc32c(bytes), content_type: TYPE })
  }
  const mustPut = async (store: ObjectStore, name: string, text: string, if_generation?: Generation) => {
    const result = await put(store, name, text, if_generation)
    if (result.kind !== 'written') throw new Error(`${name} was not written`)
    return result.generation
  }
  const textOf = async (store: ObjectStore, name: string) => {
    const result = await store.read(name)
    return result.kind === 'found' ? new TextDecoder().decode(result.bytes) : result.kind
  }

  describe(`the object store ${adapter}`, () => {
    test('reads back the bytes and the generation that were written', async () => {
      const { store } = await open()
      const generation = await mustPut(store, 'a/b=c%20d/é.txt', 'content')
      const result = await store.read('a/b=c%20d/é.txt')
      expect(result).toMatchObject({ kind: 'found', generation })
      expect(await textOf(store, 'a/b=c%20d/é.txt')).toBe('content')
    })

    test('stores an object of no bytes', async () => {
      const { store } = await open()
      await mustPut(store, 'empty', '')
      expect(await textOf(store, 'empty')).toBe('')
    })

    test('stores every byte value unchanged', async () => {
      const { store } = await open()
      const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7) & 0xff)
      await store.write('bytes', bytes, { if_generation: NO_OBJECT, crc32c: crc32c(bytes), content_type: TYPE })
      const result = await store.read('bytes')
      expect(result.kind === 'found' && Buffer.compare(result.bytes, bytes)).toBe(0)
    })

    test('says absent of a name that holds nothing, with and without a known generation', async () => {
      const { store } = await open()
      expect(await store.read('nothing')).toEqual({ kind: 'absent' })
      expect(await store.read('nothing', { unless: '123' })).toEqual({ kind: 'absent' })
      expect(await store.readRange('nothing', { start: 0, end: 4 })).toEqual({ kind: 'absent' })
    })

    test('sends no body when the object still is the generation that is known', async () => {
      const { store } = await open()
      const generation = await mustPut(store, 'known', 'first')
      expect(await store.read('known', { unless: generation })).toEqual({ kind: 'unmodified' })
      const next = await mustPut(store, 'known', 'second', generation)
      expect(await store.read('known', { unless: generation })).toMatchObject({ kind: 'found', generation: next })
    })

    test('creates only where there is nothing', async () => {
      const { store } = await open()
      await mustPut(store, 'once', 'first')
      expect(await put(store, 'once', 'second')).toEqual({ kind: 'conflict' })
      expect(await textOf(store, 'once')).toBe('first')
    })

    test('replaces only the generation that is named, and a conflict changes nothing', async () => {
      const { store } = await open()
      const first = await mustPut(store, 'contended', 'first')
      const second = await mustPut(store, 'contended', 'second', first)
      expect(second).not.toBe(first)
      expect(await put(store, 'contended', 'third', first)).toEqual({ kind: 'conflict' })
      expect(await store.read('contended', { unless: second })).toEqual({ kind: 'unmodified' })
      expect(await put(store, 'absent', 'third', first)).toEqual({ kind: 'conflict' })
      expect(await textOf(store, 'absent')).toBe('absent')
    })

    test('lets exactly one of several writers have a generation', async () => {
      const { store } = await open()
      const generation = await mustPut(store, 'raced', 'start')
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, writer) => put(store, 'raced', `by ${writer}`, generation)),
      )
      const winner = results.findIndex(({ kind }) => kind === 'written')
      expect(results.filter(({ kind }) => kind === 'conflict')).toHaveLength(7)
      expect(await textOf(store, 'raced')).toBe(`by ${winner}`)
    })

    test('reads ranges from the start, inside and at the end, and gives the size of the whole', async () => {
      const { store } = await open()
      const generation = await mustPut(store, 'ranged', '0123456789')
      const range = async (...options: Parameters<ObjectStore['readRange']>) => {
        const result = await store.readRange(...options)
        if (result.kind !== 'found') return result.kind
        expect(result).toMatchObject({ generation, object_bytes: 10 })
        return new TextDecoder().decode(result.bytes)
      }
      expect(await range('ranged', { start: 0, end: 4 })).toBe('0123')
      expect(await range('ranged', { start: 4, end: 5 })).toBe('4')
      expect(await range('ranged', { start: 0, end: 10 })).toBe('0123456789')
      expect(await range('ranged', { suffix_bytes: 3 })).toBe('789')
      expect(await range('ranged', { suffix_bytes: 99 })).toBe('0123456789')
      expect(await range('ranged', { start: 2, end: 4 }, { generation })).toBe('23')
    })

    test('never mixes generations: a range of one that was overwritten is absent', async () => {
      const { store } = await open()
      const first = await mustPut(store, 'moving', 'first content')
      await mustPut(store, 'moving', 'other content', first)
      const overwritten = await store.readRange('moving', { start: 0, end: 5 }, { generation: first })
      // With Object Versioning the old generation may still be read, but then it is the old one's bytes.
      const text = overwritten.kind === 'found' ? new TextDecoder().decode(overwritten.bytes) : overwritten.kind
      expect(['absent', 'first']).toContain(text)
      expect(await store.readRange('moving', { start: 0, end: 5 }, { generation: '17' })).toEqual({ kind: 'absent' })
    })

    test('rejects a range that begins beyond the end', async () => {
      const { store } = await open()
      await mustPut(store, 'short', 'short')
      for (const start of [5, 9]) {
        expect(await failureOf(() => store.readRange('short', { start, end: 12 }))).toMatchObject({ kind: 'rejected' })
      }
    })

    test('lists by prefix, in name order, with generations and sizes', async () => {
      const { store } = await open()
      const names = ['t/user_id=b/2', 't/user_id=a/9', 't/user_id=a/10', 't/user_id=ab/1', 'u/1', 't/user_id=a/é']
      const generations = new Map<string, string>()
      for (const name of names) generations.set(name, await mustPut(store, name, name))
      const listed = await store.list('t/user_id=a/')
      expect(listed.map(({ name }) => name)).toEqual(['t/user_id=a/10', 't/user_id=a/9', 't/user_id=a/é'])
      for (const { name, generation, size_bytes } of listed) {
        expect(generation).toBe(generations.get(name))
        expect(size_bytes).toBe(Buffer.byteLength(name))
      }
      expect(await store.list('t/')).toHaveLength(5)
      expect(await store.list('nothing/')).toEqual([])
    })

    test('lists on from a name, as many as are wanted, in the order of UTF-8 bytes', async () => {
      const { store } = await open()
      const names = ['s/a', 's/b/1', 's/b/2', 's/c', 's/\u{ff5e}', 's/\u{1f600}', 't/1']
      for (const name of names.toReversed()) await mustPut(store, name, name)
      const listed = async (options: { from?: string; limit?: number }) =>
        (await store.list('s/', options)).map(({ name }) => name)
      expect(await listed({})).toEqual(names.slice(0, 6))
      expect(await listed({ limit: 2 })).toEqual(['s/a', 's/b/1'])
      expect(await listed({ from: 's/b/2' })).toEqual(names.slice(2, 6))
      expect(await listed({ from: 's/b0', limit: 2 })).toEqual(['s/c', 's/\u{ff5e}'])
      expect(await listed({ from: 's/\u{ff5e}', limit: 9 })).toEqual(names.slice(4, 6))
      expect(await listed({ from: 'a' })).toHaveLength(6)
      expect(await listed({ from: 't/' })).toEqual([])
    })

    test('lists what was just written, at its newest generation', async () => {
      const { store } = await open()
      const first = await mustPut(store, 'seen', 'first')
      const second = await mustPut(store, 'seen', 'second, longer', first)
      expect(await store.list('seen')).toEqual([{ name: 'seen', generation: second, size_bytes: 14 }])
    })

    test('changes nothing when bytes do not have the checksum they were sent with', async () => {
      const { store, run } = await open()
      const bytes = new TextEncoder().encode('damaged on the way')
      const work = () => store.write('damaged', bytes, { if_generation: NO_OBJECT, crc32c: 1, content_type: TYPE })
      const result = await run(work).catch((error: unknown) => error)
      expect(result).not.toMatchObject({ kind: 'written' })
      expect(await textOf(store, 'damaged')).toBe('absent')
    })

    test('says of bytes that do not have their checksum that they were rejected', async () => {
      const { store, run } = await open()
      const bytes = new TextEncoder().encode('damaged on the way')
      const work = () => store.write('damaged', bytes, { if_generation: NO_OBJECT, crc32c: 1, content_type: TYPE })
      expect(await failureOf(() => run(work))).toMatchObject({ kind: 'rejected' })
    })

    const KINDS: readonly [Failure, StoreError['kind']][] = [
      ['throttled', 'throttled'],
      ['unavailable', 'unavailable'],
      ['reset', 'unavailable'],
      ['stall', 'unavailable'],
      ['forbidden', 'rejected'],
    ]
    for (const [failure, kind] of KINDS) {
      test(`reports ${failure} as ${kind}, for every operation, and works again afterwards`, async () => {
        const { store, fail, run } = await open()
        const generation = await mustPut(store, 'object', 'before')
        const operations: readonly (() => Promise<unknown>)[] = [
          () => store.read('object'),
          () => store.read('object', { unless: generation }),
          () => store.readRange('object', { suffix_bytes: 4 }),
          () => put(store, 'object', 'after', generation),
          () => store.list('obj'),
        ]
        for (const operation of operations) {
          fail(failure)
          expect(await failureOf(() => run(operation))).toMatchObject({ name: 'StoreError', kind })
        }
        expect(await textOf(store, 'object')).toBe('before')
        await mustPut(store, 'object', 'after', generation)
      })
    }

    test('an answer lost after the write landed is unavailable, and sending it again is a conflict', async () => {
      const { store, fail, run } = await open()
      fail('lost_after_landing')
      expect(await failureOf(() => run(() => put(store, 'ambiguous', 'landed')))).toMatchObject({ kind: 'unavailable' })
      expect(await textOf(store, 'ambiguous')).toBe('landed')
      expect(await put(store, 'ambiguous', 'landed')).toEqual({ kind: 'conflict' })
    })
  })
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  const result = await work().catch((error: unknown) => error)
  if (result instanceof StoreError) return result
  throw new Error('the call did not fail as a store fails', { cause: result })
}
