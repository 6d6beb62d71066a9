import type { ApiProblem } from '#shared/client/api/problems.ts'
import type { ActivationClient } from '#shared/client/client.ts'
import { isConnectionMissing, problemInWords } from '../../format/problem-words.ts'
import type { BackPlan } from './back-plan.ts'

/** Asks the service for the way back. What this device has not sent yet is sent first: it would come after it otherwise. */

export type BackOutcome =
  | {
      readonly ok: true
      readonly plan: BackPlan
      /** Why it ended early, after some had gone back; undefined: it went on to its end. */
      readonly ended?: string
    }
  | { readonly ok: false; readonly words: string }

export interface BackClient extends Pick<ActivationClient, 'syncNow' | 'status'> {
  readonly api: { readonly sync: Pick<ActivationClient['api']['sync'], 'undo'> }
}

/** Requests of one deed: each takes at most 2000 records. */
const REQUESTS_MAX = 20

/** What would happen. Nothing changes by it, so it may be stopped at any time. */
export async function previewBack(client: BackClient, at: string, signal: AbortSignal): Promise<BackOutcome> {
  const unsent = await unsentFault(client)
  if (unsent !== undefined) return { ok: false, words: unsent }
  const result = await client.api.sync.undo({ body: { at, dry_run: true }, attempts_max: 2, signal })
  if (result.ok) return { ok: true, plan: result.body }
  const { problem } = result
  return {
    ok: false,
    words: `${isConnectionMissing(problem) ? OFFLINE : problemInWords(problem)} Nothing was changed.`,
  }
}

export interface GoBackOptions {
  /** What went back before, where the same deed goes on. */
  readonly before?: BackPlan | undefined
  /** Stops it after the request that is under way: that one cannot be taken back. */
  readonly signal: AbortSignal
  /** Called with how many records have gone back so far. */
  readonly onProgress: (done: number) => void
}

const NOTHING: BackPlan = { undone: [], left: [], left_count: 0, more: false }

/** Does it, in as many requests as it takes. However it ends, this device then fetches what has gone back. */
export async function goBack(
  client: BackClient,
  at: string,
  { before = NOTHING, signal, onProgress }: GoBackOptions,
): Promise<BackOutcome> {
  const unsent = await unsentFault(client)
  if (unsent !== undefined) return { ok: false, words: unsent }
  const outcome = await inRequests(client, at, { before, signal, onProgress })
  await client.syncNow().catch(() => undefined)
  return outcome
}

async function inRequests(
  client: BackClient,
  at: string,
  { before, signal, onProgress }: Required<GoBackOptions> & { readonly before: BackPlan },
): Promise<BackOutcome> {
  let plan = before
  for (let count = 0; count < REQUESTS_MAX; count++) {
    if (signal.aborted) return endedWith(plan, STOPPED)
    const result = await client.api.sync.undo({ body: { at, dry_run: false }, attempts_max: 2 })
    if (!result.ok) return endedWith(plan, failedInWords(result.problem))
    const { undone } = result.body
    plan = { ...result.body, undone: [...plan.undone, ...undone] }
    if (!plan.more || undone.length === 0) break
    onProgress(plan.undone.length)
  }
  return { ok: true, plan }
}

function endedWith(plan: BackPlan, words: string): BackOutcome {
  if (plan.undone.length === 0) return { ok: false, words }
  return { ok: true, plan: { ...plan, more: true }, ended: words }
}

const OFFLINE =
  'Going back needs a connection: the earlier versions are with the service. Try again when you are online.'
/** Of a deed that somebody has stopped: no failure. */
export const STOPPED = 'You stopped it. What has not gone back stays as it is now.'
/** One request makes several commits, and its answer may be lost after any of them. */
const IN_DOUBT = 'How far this last step came is not known: your records here show it once they are synced.'

function failedInWords(problem: ApiProblem): string {
  const is_in_doubt = problem.is_outcome_unknown || (problem.status ?? 500) >= 500
  return is_in_doubt ? `${problemInWords(problem)} ${IN_DOUBT}` : problemInWords(problem)
}

/** Why it cannot begin: changes of this device wait. */
async function unsentFault(client: BackClient): Promise<string | undefined> {
  if (client.status.pending > 0) await client.syncNow().catch(() => undefined)
  const { pending, is_online } = client.status
  if (is_online === false) return `${OFFLINE} Nothing was changed.`
  if (pending === 0) return undefined
  return 'Changes of this device are still on their way to your account. Try again when they are saved there.'
}
