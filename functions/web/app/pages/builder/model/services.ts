import { textAtMost } from '#shared/base/bounded-read.ts'
import type { Clock } from '#shared/base/clock.ts'
import { withTimeLimit } from '#shared/base/timeout.ts'
import type { BuilderDraft } from './draft.ts'
import { keptSegments } from './record.ts'
import { type FoundSegments, foundIn, segmentListIn } from './segments.ts'
import { type FoundVariables, variablesIn } from './variables.ts'

/** The services of a customer that suggest variables and count segments, where `/config.json` names them. */

/** What a service said, or why there is nothing of it, in words that say what to do. */
export type ServiceOutcome<Found> =
  | { readonly ok: true; readonly found: Found }
  | { readonly ok: false; readonly words: string }

export interface ServicePorts {
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** Ends it when the user goes on without. */
  readonly signal: AbortSignal
}

const WAIT_MS_MAX = 30_000
const ANSWER_BYTES_MAX = 5_000_000

/** Asks for variables: POST `{query, data_type}`. The answer is a list of codes or of variables, or has one as `variables`. */
export async function suggestedVariables(
  url: string,
  { words, data_type }: BuilderDraft,
  ports: ServicePorts,
): Promise<ServiceOutcome<FoundVariables>> {
  const answer = await answerOf(url, { query: words.trim(), data_type }, ports)
  if (!answer.ok) return answer
  const found = variablesIn(answer.found)
  if (found.variables.length > 0) return { ok: true, found }
  return { ok: false, words: 'The service answered without any variable that we can read.' }
}

/** Asks for segments and their sizes: POST `{query, data_type, variables, segments}`. The answer has `segments`. */
export async function suggestedSegments(
  url: string,
  draft: BuilderDraft,
  ports: ServicePorts,
): Promise<ServiceOutcome<FoundSegments>> {
  const { words, data_type, variables } = draft
  const body = {
    query: words.trim(),
    data_type,
    variables: variables.map(({ code }) => code),
    segments: keptSegments(draft).map(({ segment_id, name }) => ({ segment_id, name })),
  }
  const answer = await answerOf(url, body, ports)
  if (!answer.ok) return answer
  const list = segmentListIn(answer.found) ?? []
  const found = foundIn(list.map((value, at) => ({ where: `Segment ${at + 1}`, value })))
  if (found.segments.length > 0) return { ok: true, found }
  return { ok: false, words: 'The service answered without any segment that we can read.' }
}

class TooLate extends Error {}

async function answerOf(url: string, body: object, ports: ServicePorts): Promise<ServiceOutcome<unknown>> {
  const { clock, signal } = ports
  const over = new AbortController()
  const end = () => over.abort()
  signal.addEventListener('abort', end, { once: true })
  const ask = async (ended: AbortSignal): Promise<ServiceOutcome<unknown>> => {
    const answer = await ports.fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(body),
      // It is not ours: it gets nothing of who is signed in here.
      credentials: 'omit',
      signal: ended,
    })
    if (!answer.ok) return { ok: false, words: `The service refused: answer ${answer.status}.` }
    const { text, is_cut } = await textAtMost(answer, ANSWER_BYTES_MAX)
    if (is_cut) return { ok: false, words: 'The service answered with more than we take: 5 MB at most.' }
    try {
      return { ok: true, found: JSON.parse(text) }
    } catch {
      return { ok: false, words: 'The service answered with something that is not JSON.' }
    }
  }
  try {
    return await withTimeLimit(clock, WAIT_MS_MAX, ask, () => new TooLate(), over)
  } catch (error) {
    if (error instanceof TooLate) {
      return { ok: false, words: `The service did not answer within ${WAIT_MS_MAX / 1000} seconds.` }
    }
    return { ok: false, words: 'The service could not be reached from here.' }
  } finally {
    signal.removeEventListener('abort', end)
  }
}
