import type { ObjectStore } from '#shared/objects/object-store.ts'
import type { Encoding } from './encodings.ts'
import { isCompressed, mediaTypeOf } from './file-types.ts'
import { type Representation, tagOf } from './representation.ts'

/** As the build names them: a name with its hash, and an ending. */
const ASSET_PATH = /^\/(assets\/[\w-]+(?:\.[\w-]+)*\.\w+)$/

export type ReadAsset = (path: string, encoding: Encoding | undefined) => Promise<Representation | undefined>

/**
 * Assets of other releases, from the bucket to which delivery uploads those of each release before it serves. A page that was
 * loaded before a release asks for its own chunks long after; during a rollout each revision is asked for the other's.
 */
export function releasedAssets(store: Pick<ObjectStore, 'read'>): ReadAsset {
  return async (path, encoding) => {
    const name = ASSET_PATH.exec(path)?.[1]
    const media_type = mediaTypeOf(path)
    if (name === undefined || media_type === undefined) return undefined
    const used = isCompressed(name) ? encoding : undefined
    const result = await store.read(`${name}${used?.ending ?? ''}`)
    if (result.kind !== 'found') return undefined
    return { media_type, tag: tagOf(path), encoding: used?.name, bytes: result.bytes }
  }
}
