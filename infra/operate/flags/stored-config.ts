import { type ConfigObject, type Decoded, decodeConfig } from '#functions/flags/config.ts'
import { OperatorError } from '#infra/command/operator-error.ts'
import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import { retry } from '#shared/base/retry.ts'
import { swapJson } from '#shared/objects/json-object.ts'
import { type Generation, isTransientStoreError, NO_OBJECT, type ObjectStore } from '#shared/objects/object-store.ts'

export interface StoreTools {
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Random
}

/** A config object as the bucket has it. */
export interface StoredConfig<T> {
  /** NO_OBJECT when it is absent. */
  readonly generation: Generation
  /** `undefined` when it is absent. */
  readonly decoded: Decoded<T> | undefined
}

const RETRIES = { attempts_max: 6, backoff: { base_ms: 500, cap_ms: 5000 } }

/** @throws StoreError */
export async function readConfig<T>(tools: StoreTools, object: ConfigObject<T>): Promise<StoredConfig<T>> {
  const isTransient = isTransientStoreError
  const result = await retry(tools, { ...RETRIES, isTransient }, () => tools.store.read(object.name))
  if (result.kind !== 'found') return { generation: NO_OBJECT, decoded: undefined }
  return { generation: result.generation, decoded: decodeConfig(object, result.bytes) }
}

/**
 * Replaces the generation that was read.
 * @throws StoreError; OperatorError when another writer was first
 */
export async function writeConfig<T>(
  tools: StoreTools,
  object: ConfigObject<T>,
  content: T,
  if_generation: Generation,
): Promise<Generation> {
  const json = `${JSON.stringify(content, null, 2)}\n`
  const generation = await swapJson(tools, object.name, json, if_generation, RETRIES)
  if (generation !== undefined) return generation
  throw new OperatorError(
    `Somebody else changed ${object.name} in the meantime. Nothing was changed; look at it again.`,
  )
}

/**
 * The content that a change starts from; `undefined` when the object is absent, or may be replaced because it is corrupt.
 * @throws OperatorError when the object has another generation than the operator saw, or cannot be read
 */
export function changeableContent<T>(
  { name }: ConfigObject<T>,
  { generation, decoded }: StoredConfig<T>,
  { if_generation, replace_corrupt }: { if_generation: Generation | undefined; replace_corrupt: boolean },
): T | undefined {
  if (if_generation !== undefined && if_generation !== generation) {
    throw new OperatorError(`${name} has generation ${generation} now, not ${if_generation}. Nothing was changed.`)
  }
  if (decoded?.kind !== 'corrupt') return decoded?.content
  if (replace_corrupt) return undefined
  throw new OperatorError(
    `${name} is corrupt: ${decoded.reason}. Nothing was changed. An older generation may be good; ` +
      '--replace-corrupt writes a new object, and what this one held is lost.',
  )
}
