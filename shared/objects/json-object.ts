import type { Clock } from '../base/clock.ts'
import { crc32c } from '../base/crc32c.ts'
import type { Random } from '../base/random.ts'
import { retry, type RetryOptions } from '../base/retry.ts'
import { type Generation, isTransientStoreError, type ObjectStore, type WriteResult } from './object-store.ts'

/** One attempt to write JSON text as an object, if its live generation still is `if_generation`. @throws StoreError */
export function writeJson(
  store: ObjectStore,
  name: string,
  json: string,
  if_generation: Generation,
): Promise<WriteResult> {
  const bytes = Buffer.from(json)
  return store.write(name, bytes, { if_generation, crc32c: crc32c(bytes), content_type: 'application/json' })
}

/**
 * Compare and swap of an object that holds JSON, repeated while the store fails for a passing reason. An attempt that
 * was made although its answer was lost is recognised by its content, which must therefore differ between writers.
 * @returns the new generation; `undefined` when another writer was first
 * @throws StoreError
 */
export async function swapJson(
  { store, clock, random }: { store: ObjectStore; clock: Clock; random: Random },
  name: string,
  json: string,
  if_generation: Generation,
  { attempts_max, backoff }: Pick<RetryOptions, 'attempts_max' | 'backoff'>,
): Promise<Generation | undefined> {
  const repeated = <T>(work: () => Promise<T>): Promise<T> =>
    retry({ clock, random }, { attempts_max, backoff, isTransient: isTransientStoreError }, work)

  const result = await repeated(() => writeJson(store, name, json, if_generation))
  if (result.kind === 'written') return result.generation
  const found = await repeated(() => store.read(name))
  const is_ours = found.kind === 'found' && Buffer.from(json).equals(found.bytes)
  return is_ours ? found.generation : undefined
}
