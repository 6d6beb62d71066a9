import { describe, expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { swapJson, writeJson } from '#shared/objects/json-object.ts'
import { NO_OBJECT, StoreError } from '#shared/objects/object-store.ts'
import { MemoryObjectStore, type Fault } from '#tests/simulation/memory-object-store.ts'

const NAME = 'progress/job.json'
const RETRIES = { attempts_max: 3, backoff: { base_ms: 1, cap_ms: 1 } }

/** A store whose next writes fail as told. */
function storeWith(...faults: Fault[]) {
  const store = new MemoryObjectStore({
    clock: systemClock,
    faultOf: ({ operation }) => (operation === 'write' ? faults.shift() : undefined),
  })
  const random = { bytes: (length: number) => new Uint8Array(length), uniform: () => 0 }
  return { store, clock: systemClock, random }
}

const textOf = async ({ store }: ReturnType<typeof storeWith>) => {
  const result = await store.read(NAME)
  return result.kind === 'found' ? Buffer.from(result.bytes).toString('utf8') : undefined
}

describe('an object of JSON', () => {
  test('is replaced while its generation is the one named', async () => {
    const tools = storeWith()
    const first = await swapJson(tools, NAME, '{"by":"a"}', NO_OBJECT, RETRIES)
    expect(await swapJson(tools, NAME, '{"by":"b"}', first!, RETRIES)).toBeDefined()
    expect(await textOf(tools)).toBe('{"by":"b"}')
  })

  test('is left to the writer that was first', async () => {
    const tools = storeWith()
    await writeJson(tools.store, NAME, '{"by":"a"}', NO_OBJECT)
    expect(await swapJson(tools, NAME, '{"by":"b"}', NO_OBJECT, RETRIES)).toBeUndefined()
    expect(await textOf(tools)).toBe('{"by":"a"}')
  })

  test('is known to be ours when the answer to the write was lost', async () => {
    const tools = storeWith('lost_answer')
    const generation = await swapJson(tools, NAME, '{"by":"a"}', NO_OBJECT, RETRIES)
    expect(await tools.store.read(NAME)).toMatchObject({ kind: 'found', generation })
  })

  test('is known to be ours also when the store fails in passing where we look', async () => {
    const tools = storeWith('lost_answer')
    tools.store.strike('read', 'unavailable', 2)
    const generation = await swapJson(tools, NAME, '{"by":"a"}', NO_OBJECT, RETRIES)
    expect(await tools.store.read(NAME)).toMatchObject({ kind: 'found', generation })
  })

  test('is written again after a passing failure, and never after a refusal', async () => {
    const passing = storeWith('throttled', 'unavailable')
    expect(await swapJson(passing, NAME, '{}', NO_OBJECT, RETRIES)).toBeDefined()
    const lasting = storeWith('unavailable', 'unavailable', 'unavailable')
    await expect(swapJson(lasting, NAME, '{}', NO_OBJECT, RETRIES)).rejects.toThrow(StoreError)
    const refused = storeWith('rejected')
    await expect(swapJson(refused, NAME, '{}', NO_OBJECT, RETRIES)).rejects.toThrow(StoreError)
    expect(await textOf(refused)).toBeUndefined()
  })
})
