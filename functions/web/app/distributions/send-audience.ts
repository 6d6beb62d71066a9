import { Send } from 'lucide-react'

import type { ActivationClient } from '#shared/client/client.ts'
import { change_fault } from '../actions/change-fault.ts'
import { clock } from '../base/ports.ts'
import { showToast } from '../parts/toasts.ts'
import type { Shown } from '../store/records.ts'
import { sentIds, type SegmentId } from './chosen-segments.ts'
import { scheduleInWords, type Schedule } from './schedule.ts'

export interface Sending {
  readonly audience: Shown<'audience'>
  readonly platform: Shown<'platform'>
  /** None: all of them. */
  readonly segment_ids: readonly SegmentId[]
  /** It was sent there before. */
  readonly is_refresh: boolean
  /** Undefined: now. */
  readonly schedule: Schedule | undefined
  /** Leads to what is being sent. */
  readonly onShow: (id: string) => void
}

/** Makes the distribution on this device; it goes to the service with the next exchange. @returns why it was not made */
export async function sendAudience(
  client: ActivationClient,
  { audience, platform, segment_ids, is_refresh, schedule, onShow }: Sending,
): Promise<string | undefined> {
  const id = client.newId('distribution')
  const value = {
    audience_id: audience.id,
    platform_id: platform.id,
    segments_distributed: sentIds(audience.record, segment_ids),
    distribution_type: is_refresh ? 'refresh' : 'initial',
    ...(schedule
      ? { status: 'scheduled', scheduled_at: schedule.instant, metadata: { time_zone: schedule.time_zone } }
      : { status: 'pending' }),
  }
  const outcome = await client.create('distribution', value, id)
  if (!outcome.ok) return outcome.problem.message
  const what = `“${audience.record.name}”`
  const where = platform.record.name
  const is_offline = client.status.is_online === false
  const sent = is_offline
    ? `${what} is sent to ${where} when this device is online`
    : `${what} is being sent to ${where}`
  showToast({
    icon: Send,
    words: schedule
      ? `${what} goes to ${where} ${scheduleInWords(schedule.instant, clock.nowMs(), schedule.time_zone)}`
      : sent,
    way: { words: 'Show', run: () => onShow(id) },
    undo: { run: () => takeBack(client, id) },
  })
  return undefined
}

/** One that the service has not seen never was; any other is cancelled, as long as it has not begun. */
async function takeBack(client: ActivationClient, id: string): Promise<void> {
  const shown = client.get('distribution', id)
  if (!shown) return
  const is_unsent = shown.record['version'] === 0
  const outcome = is_unsent
    ? await client.delete('distribution', id)
    : await client.change('distribution', id, { set: { status: 'cancelled' } })
  change_fault.set(outcome.ok ? undefined : `It could not be taken back. ${outcome.problem.message}`)
}
