import type { ApiProblem, ApiProblemKind } from '#shared/client/api/problems.ts'

/** Why the service did not do something: what happened, and what to do. */

interface WordsOfKind {
  readonly words: string
  /** The service's own sentence names the field, the limit or the record, so it follows. */
  readonly has_answer?: true
}

const MISMATCH = { words: 'This page and the service do not understand each other. Reload the page, then try again.' }

export const PROBLEM_WORDS = {
  offline: { words: 'The service could not be reached. Try again when you are online.' },
  timeout: { words: 'The service did not answer in time. Try again in a minute.' },
  aborted: { words: 'It was stopped.' },
  'not-an-answer': {
    words: 'Something between this device and the service answered in its place. Check the network, then try again.',
  },
  'invalid-input': { words: 'The service does not take it like this.', has_answer: true },
  unauthenticated: { words: 'Your sign-in has ended. Sign in again, then try once more.' },
  forbidden: { words: 'Your account may not do this. Ask your administrator.' },
  'not-found': { words: 'The service does not have it any more.' },
  'method-not-allowed': MISMATCH,
  'illegal-transition': { words: 'Its status does not allow this.', has_answer: true },
  conflict: { words: 'Something that is saved already stands against this.', has_answer: true },
  'in-use': {
    words: 'It is still used. Cancel the sends that wait, and stop sending again by itself; then try again.',
    has_answer: true,
  },
  'stale-version': { words: 'It was changed meanwhile. Look at it again, then try once more.' },
  'too-large': { words: 'It is too large for one request. Do it in smaller parts.' },
  'unsupported-media-type': MISMATCH,
  'unresolvable-reference': { words: 'It needs a record that was deleted or archived.', has_answer: true },
  'idempotency-mismatch': MISMATCH,
  'quota-exceeded': { words: 'A limit of your account is reached.', has_answer: true },
  'too-many-requests': { words: 'Too much is under way at the same time. Try again in a minute.' },
  internal: { words: 'The service has a fault. Try again; if this happens again, tell your administrator.' },
  contended: { words: 'The same records are being changed elsewhere. Try again in a minute.' },
  unavailable: { words: 'The service is not available at the moment. Try again in a few minutes.' },
} as const satisfies Readonly<Record<ApiProblemKind, WordsOfKind>>

/** "A limit of your account is reached. Answer: At most 10 000 audiences." */
export function problemInWords({ kind, detail }: Pick<ApiProblem, 'kind' | 'detail'>): string {
  const { words, has_answer }: WordsOfKind = PROBLEM_WORDS[kind]
  return has_answer && detail !== '' ? `${words} Answer: ${withStop(detail)}` : words
}

/** Whether it needs nothing but a connection. */
export function isConnectionMissing({ kind }: Pick<ApiProblem, 'kind'>): boolean {
  return kind === 'offline' || kind === 'timeout'
}

export function withStop(sentence: string): string {
  return sentence === '' || /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
}
