import { Send } from 'lucide-react'

import type { ActivationClient } from '#shared/client/client.ts'
import { change_fault } from '../actions/change-fault.ts'
import { clock } from '../base/ports.ts'
import { showToast } from '../parts/toasts.ts'
import type { Shown } from '../store/records.ts'
import { scheduleInWords, timeZoneHere } from './schedule.ts'

export interface Sending {
  readonly audience: Shown<'audience'>
  readonly platform: Shown<'platform'>
  /** It was sent there before. */
  readonly is_refresh: boolean
  /** ISO 8601; null: now. */
  readonly scheduled_at: string | null
  /** Leads to what is being sent. */
  readonly onShow: (id: string) => void
}

/** Makes the distribution on this device; it goes to the service with the next exchange. @returns why it was not made */
export async function sendAudience(
  client: ActivationClient,
  { audience, platform, is_refresh, scheduled_at, onShow }: Sending,
): Promise<string | undefined> {
  const id = client.newId('distribution')
  const value = {
    audience_id: audience.id,
    platform_id: platform.id,
    distribution_type: is_refresh ? 'refresh' : 'initial',
    status: scheduled_at === null ? 'pending' : 'scheduled',
    scheduled_at,
    metadata: scheduled_at === null ? {} : { time_zone: timeZoneHere() },
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
    words: scheduled_at === null ? sent : `${what} goes to ${where} ${scheduleInWords(scheduled_at, clock.nowMs())}`,
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
