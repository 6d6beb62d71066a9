import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { PLATFORMS, SEALED_CREDENTIALS } from '#shared/records/platform.ts'
import { logTableEvents } from '#shared/table/event-log.ts'
import { Table } from '#shared/table/table.ts'
import { BUCKET } from '#tests/functions/audiences/harness.ts'
import { PATH, type RunningPlatforms } from './harness.ts'
import { WRITER } from '#tests/table/notes.ts'

/**
 * Puts the sealed credentials of a platform of `demo_user` into the first platform of another user, as somebody who
 * can write the bucket would. @returns the other platform's id
 */
export async function sealedFor({ gcs, as }: RunningPlatforms, user_id: string, from_id: string): Promise<string> {
  const table = new Table(PLATFORMS, {
    store: gcsObjectStore({ bucket: BUCKET, clock: systemClock, api_endpoint: gcs.url }),
    clock: systemClock,
    random: systemRandom,
    events: logTableEvents({ write: () => undefined }, () => 'hash'),
    cache_bytes_max: 1024 * 1024,
  })
  const from = await table.get('demo_user', from_id)
  const [to] = (await as(user_id).call('GET', PATH)).body.platforms
  const { platform_id } = to!
  await table.mutate(user_id, {
    id: platform_id,
    writer: WRITER,
    size_bytes: 0,
    decide: (row) => ({
      kind: 'write',
      status: 200,
      row: { ...row!, [SEALED_CREDENTIALS]: from![SEALED_CREDENTIALS]! },
    }),
  })
  return platform_id
}
