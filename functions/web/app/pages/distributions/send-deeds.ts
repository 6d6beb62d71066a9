import type { ActivationClient } from '#shared/client/client.ts'
import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { change_fault } from '../../actions/change-fault.ts'
import { clock } from '../../base/ports.ts'
import { scheduleInWords, timeZoneOf, type Schedule } from '../../distributions/schedule.ts'
import { showToast } from '../../parts/toasts.ts'
import type { Send } from './sends.ts'

/** What users do to a distribution that was made. */

/** Hands it over once more, as it was frozen. */
export async function retrySend(client: ActivationClient, send: Send): Promise<void> {
  const { audience_name, platform_name } = send
  if (await setStatus(client, send, 'pending')) {
    showToast({ words: `“${audience_name}” is sent to ${platform_name} once more` })
  }
}

/** Hands over a scheduled one without waiting for its time. */
export async function sendNow(client: ActivationClient, send: Send): Promise<void> {
  const { audience_name, platform_name } = send
  if (await setStatus(client, send, 'pending')) {
    showToast({ words: `“${audience_name}” is being sent to ${platform_name}` })
  }
}

/** As long as it has not begun. Nothing brings it back but to send it again. */
export async function cancelSend(client: ActivationClient, send: Send): Promise<void> {
  const { audience_name, platform_name } = send
  if (await setStatus(client, send, 'cancelled')) {
    showToast({ words: `“${audience_name}” is not sent to ${platform_name}` })
  }
}

/**
 * Gives a scheduled one another time.
 * @param refused the change that asked for a time in vain: it is corrected
 * @returns why it was not moved
 */
export async function moveSend(
  client: ActivationClient,
  { id, audience_name, platform_name, shown: { record } }: Send,
  { instant, time_zone }: Schedule,
  refused: OutboxEntry | undefined,
): Promise<string | undefined> {
  const edit = { set: { scheduled_at: instant, metadata: { time_zone } } }
  const outcome = await (refused ? client.correct(refused.seq, edit) : client.change('distribution', id, edit))
  if (!outcome.ok) return outcome.problem.message
  const before = record.scheduled_at
  const undo = async () => {
    const set = { scheduled_at: before, metadata: { time_zone: timeZoneOf(record) } }
    const undone = await client.change('distribution', id, { set })
    change_fault.set(undone.ok ? undefined : undone.problem.message)
  }
  const is_undoable = !refused && before !== null && Date.parse(before) > clock.nowMs()
  showToast({
    words: `“${audience_name}” goes to ${platform_name} ${scheduleInWords(instant, clock.nowMs(), time_zone)}`,
    ...(is_undoable && { undo: { run: undo } }),
  })
  return undefined
}

export async function deleteSend(client: ActivationClient, { id, audience_name }: Send): Promise<void> {
  const outcome = await client.delete('distribution', id)
  change_fault.set(outcome.ok ? undefined : outcome.problem.message)
  if (!outcome.ok) return
  const run = async () => {
    const undone = await client.restore('distribution', id)
    change_fault.set(undone.ok ? undefined : undone.problem.message)
  }
  showToast({ words: `Deleted what was sent of “${audience_name}”`, undo: { run } })
}

async function setStatus(client: ActivationClient, { id }: Send, status: 'pending' | 'cancelled'): Promise<boolean> {
  const outcome = await client.change('distribution', id, { set: { status } })
  change_fault.set(outcome.ok ? undefined : outcome.problem.message)
  return outcome.ok
}
