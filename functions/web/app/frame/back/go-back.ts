import type { ActivationClient } from '#shared/client/client.ts'
import type { BackPlan } from './back-plan.ts'

/** Asks the service for the way back. What this device has not sent yet is sent first: it would come after it otherwise. */

export type BackOutcome =
  | { readonly ok: true; readonly plan: BackPlan }
  | { readonly ok: false; readonly reason: 'offline' | 'waiting' | 'refused'; readonly words: string }

type BackClient = Pick<ActivationClient, 'api' | 'syncNow' | 'status'>

/** Requests of one deed: each takes at most 2000 records. */
const REQUESTS_MAX = 20

/** What would happen. */
export async function previewBack(client: BackClient, at: string): Promise<BackOutcome> {
  const unsent = await unsentFault(client)
  return unsent ?? (await asked(client, at, true))
}

/** Does it, in as many requests as it takes. @param onProgress with how many records have gone back so far */
export async function goBack(client: BackClient, at: string, onProgress: (done: number) => void): Promise<BackOutcome> {
  const unsent = await unsentFault(client)
  if (unsent) return unsent
  let plan: BackPlan = { undone: [], left: [], left_count: 0, more: false }
  for (let count = 0; count < REQUESTS_MAX; count++) {
    const outcome = await asked(client, at, false)
    if (!outcome.ok && plan.undone.length === 0) return outcome
    if (!outcome.ok) return { ok: true, plan: { ...plan, more: true } }
    plan = { ...outcome.plan, undone: [...plan.undone, ...outcome.plan.undone] }
    if (!plan.more || outcome.plan.undone.length === 0) break
    onProgress(plan.undone.length)
  }
  // What went back is pulled, so that the screen shows it.
  await client.syncNow().catch(() => undefined)
  return { ok: true, plan }
}

async function asked(client: BackClient, at: string, dry_run: boolean): Promise<BackOutcome> {
  const result = await client.api.sync.undo({ body: { at, dry_run }, attempts_max: 2 })
  if (result.ok) return { ok: true, plan: result.body }
  const { kind, detail } = result.problem
  if (kind === 'offline' || kind === 'timeout') return { ok: false, reason: 'offline', words: OFFLINE }
  return { ok: false, reason: 'refused', words: detail }
}

const OFFLINE =
  'Going back needs a connection: the earlier versions are with the service. Nothing was changed. Try again when you are online.'

async function unsentFault(client: BackClient): Promise<BackOutcome | undefined> {
  if (client.status.pending > 0) await client.syncNow().catch(() => undefined)
  const { pending, is_online } = client.status
  if (is_online === false) return { ok: false, reason: 'offline', words: OFFLINE }
  if (pending === 0) return undefined
  const words = 'Changes of this device are still on their way to your account. Try again when they are saved there.'
  return { ok: false, reason: 'waiting', words }
}
