import type { ActivationClient } from '#shared/client/client.ts'
import { change_fault } from '../../actions/change-fault.ts'
import { showToast } from '../../parts/toasts.ts'
import type { Send } from './sends.ts'

/** What users do to a distribution that was made. */

/** Hands it over once more, as it was frozen. */
export async function retrySend(client: ActivationClient, { id, audience_name, platform_name }: Send): Promise<void> {
  const outcome = await client.change('distribution', id, { set: { status: 'pending' } })
  change_fault.set(outcome.ok ? undefined : outcome.problem.message)
  if (outcome.ok) showToast({ words: `“${audience_name}” is sent to ${platform_name} once more` })
}

/** As long as it has not begun. Nothing brings it back but to send it anew. */
export async function cancelSend(client: ActivationClient, { id, audience_name, platform_name }: Send): Promise<void> {
  const outcome = await client.change('distribution', id, { set: { status: 'cancelled' } })
  change_fault.set(outcome.ok ? undefined : outcome.problem.message)
  if (outcome.ok) showToast({ words: `“${audience_name}” is not sent to ${platform_name}` })
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

/** What to do about one that failed, in steps. Pure. @param platform_status undefined: the platform is gone */
export function stepsAfterFailure(platform_name: string, platform_status: string | undefined): readonly string[] {
  if (platform_status === undefined) {
    return ['The platform was deleted: bring it back, or send the audience to another one.']
  }
  if (platform_status === 'connected') {
    return [
      `${platform_name} is connected. If its answer names something to change there, change it first.`,
      'Try again: the same segments are handed over once more. Nothing is sent twice.',
    ]
  }
  return [
    `Open the platforms, and mend the connection of ${platform_name}.`,
    'Then try again: the same segments are handed over once more.',
  ]
}
