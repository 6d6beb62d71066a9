import { onTestFinished } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { logTableEvents } from '#shared/table/event-log.ts'
import { Table } from '#shared/table/table.ts'
import { BUCKET, startAudiences, type RunningAudiences } from './harness.ts'

/** The audiences function over an empty bucket, gone when the test is. */
export async function audiencesInTest(options: Parameters<typeof startAudiences>[0] = {}): Promise<RunningAudiences> {
  const running = await startAudiences(options)
  onTestFinished(() => running.close())
  return running
}

/** Its table as the bucket has it, past the function. */
export function storedAudiences({ gcs }: Pick<RunningAudiences, 'gcs'>): Table<AudienceRow> {
  return new Table(AUDIENCES, {
    store: gcsObjectStore({ bucket: BUCKET, clock: systemClock, api_endpoint: gcs.url }),
    clock: systemClock,
    random: systemRandom,
    events: logTableEvents({ write: () => undefined }, () => 'hash'),
    cache_bytes_max: 1024 * 1024,
  })
}
