import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

import { createPlatformsApp } from '#functions/platforms/index.ts'
import { startAdPlatforms } from '#infra/stand-ins/ad-platforms/server.ts'
import { startKms } from '#infra/stand-ins/kms/server.ts'
import type { Client } from '#tests/functions/audiences/harness.ts'
import { DEMO } from '#tests/functions/distributions/harness.ts'
import { aPlatform, PATH } from '#tests/functions/platforms/harness.ts'
import { maintained } from './harness.ts'

/** Maintenance beside the platforms function, over one key. */
export async function withKey() {
  const data_dir = await mkdtemp(join(tmpdir(), 'reencrypt-'))
  const kms = await startKms({ data_dir })
  const ad_platforms = await startAdPlatforms()
  onTestFinished(async () => {
    await Promise.all([kms.close(), ad_platforms.close()])
    await rm(data_dir, { recursive: true })
  })
  const world = await maintained({
    KMS_KEY: kms.key_name,
    KMS_API_ENDPOINT: kms.url,
    ...ad_platforms.environment,
  })
  const instance = await world.running.instance(createPlatformsApp)
  const platforms = instance.as(DEMO)
  const save = async (client: Client = platforms, more = {}): Promise<string> => {
    const { body, status, text } = await client.call('POST', PATH, aPlatform(more))
    if (status !== 201) throw new Error(text)
    return String(body['platform_id'])
  }
  const works = async (id: string): Promise<unknown> => {
    const { body } = await platforms.call('POST', `${PATH}/${id}/test`)
    return body['ok'] ?? body['code']
  }
  const keyVersion = async (id: string): Promise<unknown> =>
    ((await world.running.storedPlatform(id))['sealed_credentials'] as { key_version: string }).key_version
  return { ...world, kms, instance, platforms, save, works, keyVersion }
}
