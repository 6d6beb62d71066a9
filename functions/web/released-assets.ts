import type { Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import { retry } from '#shared/base/retry.ts'
import { isTransientStoreError, type ObjectStore } from '#shared/objects/object-store.ts'
import type { Encoding } from './encodings.ts'
import { isCompressed, mediaTypeOf } from './file-types.ts'
import { type Representation, tagOf } from './representation.ts'

/** As the build names them: a name with its hash, and an ending. */
const ASSET_PATH = /^\/(assets\/[\w-]+(?:\.[\w-]+)*\.\w+)$/

/** A page waits, and a browser may not ask again for a module that it could not load. */
const RETRIES = {
  attempts_max: 3,
  backoff: { base_ms: 100, cap_ms: 1000 },
  isTransient: isTransientStoreError,
}

/** @throws Problem when the bucket does not answer */
export type ReadAsset = (path: string, encoding: Encoding | undefined) => Promise<Representation | undefined>

/**
 * Assets of other releases, from the bucket to which delivery uploads those of each release before it serves. A page that was
 * loaded before a release asks for its own chunks long after; during a rollout each revision is asked for the other's.
 */
export function releasedAssets(
  store: Pick<ObjectStore, 'read'>,
  timing: { readonly clock: Clock; readonly random: Random },
): ReadAsset {
  const read = async (name: string) => {
    try {
      return await retry(timing, RETRIES, () => store.read(name))
    } catch (error) {
      if (!isTransientStoreError(error)) throw error
      const detail = 'The files of this release cannot be read at the moment.'
      throw new Problem('unavailable', detail, { retry_after_ms: 2000, cause: error })
    }
  }
  return async (path, encoding) => {
    const name = ASSET_PATH.exec(path)?.[1]
    const media_type = mediaTypeOf(path)
    if (name === undefined || media_type === undefined) return undefined
    const used = isCompressed(name) ? encoding : undefined
    const result = await read(`${name}${used?.ending ?? ''}`)
    if (result.kind !== 'found') return undefined
    return { media_type, tag: tagOf(path), encoding: used?.name, bytes: result.bytes }
  }
}
