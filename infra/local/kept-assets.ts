import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'

export const LOCAL_ASSETS_BUCKET = 'activation-local-assets'

/** Puts the assets of a build into their bucket, as a rollout does: an open page of the build before it still finds its own. */
export async function keepAssets(app_dir: string, api_endpoint: string): Promise<void> {
  const store = gcsObjectStore({ bucket: LOCAL_ASSETS_BUCKET, api_endpoint, clock: systemClock })
  const kept = new Set((await store.list('assets/')).map(({ name }) => name))
  const names = (await readdir(join(app_dir, 'assets'))).map((name) => `assets/${name}`)
  for (const name of names.filter((name) => !kept.has(name))) {
    const bytes = await readFile(join(app_dir, name))
    const content_type = 'application/octet-stream'
    await store.write(name, bytes, { if_generation: NO_OBJECT, crc32c: crc32c(bytes), content_type })
  }
}
