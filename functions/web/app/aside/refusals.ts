import { isObject } from '#shared/base/is-object.ts'
import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { problemInWords, PROBLEM_WORDS, withStop } from '../format/problem-words.ts'
import { DISTRIBUTION_STATUS, type StatusLook } from '../format/status.ts'

/** A change that the service refused, as it is told: what happened, why, and what to do. Pure. */
export interface Refusal {
  readonly title: string
  readonly sentence: string
  readonly steps: readonly string[]
  /** The same change would be refused again, whatever happens. */
  readonly is_final?: boolean
  /** Another time would do. */
  readonly asks_for_time?: boolean
}

/** @param entry one that was set aside, and is no conflict */
export function refusalOf(entry: OutboxEntry): Refusal {
  const { kind, aside } = entry
  if (aside?.problem['code'] === 'depends-on') return DEPENDING
  const told = kind === 'distribution' ? ofDistribution(entry) : undefined
  return told ?? { title: 'A change was not accepted', sentence: answerInWords(entry), steps: [] }
}

const DEPENDING: Refusal = {
  title: 'A change waits for another one',
  sentence: 'It needs a change that was not accepted.',
  steps: ['Settle the other change: the words in the corner lead to it.', 'Then try this one again.'],
}

function ofDistribution(entry: OutboxEntry): Refusal | undefined {
  const { change, aside } = entry
  const { problem = {} } = aside ?? {}
  const errors = Array.isArray(problem['errors']) ? problem['errors'].filter(isObject) : []
  const messageOf = (path: string) => {
    const found = errors.find((error) => String(error['path']).startsWith(path))
    return found && String(found['message'])
  }
  if (change.op === 'create') return ofNewSend(messageOf, problem, answerInWords(entry))
  if (change.op !== 'patch') return undefined
  const time = messageOf('scheduled_at')
  if (time !== undefined) return time.includes('future') ? PASSED_TIME : GONE_ALREADY
  const now = STATUSES[String(problem['status_now'])]?.words.toLowerCase()
  if (now === undefined) return undefined
  return {
    title: 'Its status was not changed',
    sentence: `It is ${now} already, and what you asked for is not possible any more.`,
    steps: ['Drop this change. The page shows what the service has.'],
    is_final: true,
  }
}

const STATUSES: Readonly<Record<string, StatusLook>> = DISTRIBUTION_STATUS

function ofNewSend(
  messageOf: (path: string) => string | undefined,
  problem: Readonly<Record<string, unknown>>,
  answer: string,
): Refusal {
  const title = 'This was not sent'
  const [audience, platform] = [messageOf('audience_id'), messageOf('platform_id')]
  if (audience?.includes('archived')) {
    const steps = ['Open the audience, and bring it back.', 'Then try again.']
    return { title, sentence: 'The audience was archived before this reached the service.', steps }
  }
  if (audience !== undefined) {
    const steps = ['Bring the audience back, then try again.', 'Or drop this send.']
    return { title, sentence: 'The audience was deleted before this reached the service.', steps }
  }
  if (platform?.includes('disconnected')) {
    const steps = ['Open the platforms, and connect it.', 'Then try again.']
    return { title, sentence: 'The platform was disconnected before this reached the service.', steps }
  }
  if (platform !== undefined) {
    const steps = ['Drop this send, and send the audience to another platform.']
    return { title, sentence: 'The platform was deleted before this reached the service.', steps }
  }
  if (messageOf('scheduled_at') !== undefined) return { ...PASSED_TIME, title }
  if (messageOf('segments_distributed') !== undefined) {
    const sentence = 'A segment that you chose is not in the audience any more.'
    const steps = ['Drop this send, and send the audience again with the segments that it has now.']
    return { title, sentence, steps, is_final: true }
  }
  if (problem['limit'] === 'audience_snapshot_bytes') {
    const steps = ['Take variables or details of segments out of the audience.', 'Then try again.']
    return { title, sentence: 'The audience is too large: a copy of it is kept with each send.', steps }
  }
  return { title, sentence: answer, steps: [] }
}

/** By the kind of the problem; of a kind that this release does not know, the service's own sentence. */
function answerInWords({ aside }: OutboxEntry): string {
  const { reason = '', problem = {} } = aside ?? {}
  const kind = String(problem['type']).replace('/problems/', '')
  return isKnown(kind) ? problemInWords({ kind, detail: reason }) : `Answer: ${withStop(reason)}`
}

function isKnown(kind: string): kind is keyof typeof PROBLEM_WORDS {
  return Object.hasOwn(PROBLEM_WORDS, kind)
}

const PASSED_TIME: Refusal = {
  title: 'The time was not moved',
  sentence: 'The time that you chose passed before this reached the service.',
  steps: ['Choose another time.'],
  is_final: true,
  asks_for_time: true,
}

const GONE_ALREADY: Refusal = {
  title: 'The time was not moved',
  sentence: 'It was handed over before this change reached the service.',
  steps: ['If your sender has not begun, cancel this send.', 'Then send the audience again at the other time.'],
  is_final: true,
}
