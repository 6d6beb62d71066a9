/** The restore command's work on the bucket of a stand-in, and what it printed. */
import { runRestore, type ExitCode, type RestoreRequest } from '#infra/operate/restore/run.ts'
import { systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { systemRandom } from '#shared/base/random.ts'
import { gcsObjectHistory } from '#shared/objects/gcs-object-history.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import type { StoredGeneration } from '#shared/objects/object-history.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { BUCKET } from '#tests/functions/audiences/harness.ts'

export interface Restoring {
  run(request: Partial<RestoreRequest>, confirm?: () => Promise<boolean>): Promise<{ code: ExitCode; text: string }>
  generations(prefix: string): Promise<StoredGeneration[]>
  liveOf(prefix: string): Promise<StoredGeneration>
  /** Puts bytes over the object, as somebody with `gcloud storage cp` does. */
  overwrite(name: string, bytes: Uint8Array): Promise<void>
  bytesOf(name: string, generation: string): Promise<Uint8Array>
}

export function restoringOn(gcs: { readonly url: string }): Restoring {
  const options = { bucket: BUCKET, api_endpoint: gcs.url, clock: systemClock }
  const store = gcsObjectStore(options)
  const history = gcsObjectHistory(options)
  return {
    async run(request, confirm = async () => true) {
      let text = ''
      const print = (more: string): void => void (text += more)
      const code = await runRestore(
        { selection: 'all', source: undefined, record_ids: [], new_epoch: false, dry_run: false, ...request },
        { store, history, clock: systemClock, random: systemRandom, cache_bytes_max: 1 << 26, print, confirm },
      )
      return { code, text }
    },
    generations: (prefix) => history.generations(prefix),
    async liveOf(prefix) {
      const live = (await history.generations(prefix)).find(({ replaced_at_ms }) => replaced_at_ms === undefined)
      if (!live) throw new Error(`nothing is live under ${prefix}`)
      return live
    },
    async overwrite(name, bytes) {
      const [live] = await store.list(name)
      await store.write(name, bytes, {
        if_generation: live?.generation ?? NO_OBJECT,
        crc32c: crc32c(bytes),
        content_type: 'application/vnd.apache.parquet',
      })
    },
    bytesOf: async (name, generation) => (await history.read(name, generation))!,
  }
}
