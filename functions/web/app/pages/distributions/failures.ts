import type { UnusableReference } from '#shared/records/distribution-source.ts'
import type { Distribution, Platform } from '../../store/records.ts'

/** Why a send failed or was not started, and what to do about it. Pure. */
export interface Failure {
  readonly title: string
  /** What it means, in our words; after it the answer is quoted. */
  readonly sentence: string
  readonly steps: readonly string[]
  /** Something is to be done on the page of the platforms. */
  readonly is_of_platform: boolean
}

type Failed = Pick<Distribution, 'status' | 'error_message' | 'error_details' | 'updated_at'>
/** What is known of the platform; undefined: it was deleted. */
type KnownPlatform = Pick<Platform, 'status' | 'last_test'> | undefined

const AGAIN = 'Try again: the same segments are handed over once more. Nothing is sent twice.'

/** @returns undefined where nothing went wrong */
export function failureOf(record: Failed, platform_name: string, platform: KnownPlatform): Failure | undefined {
  const code = codeOf(record)
  if (record.status === 'cancelled') return NOT_STARTED[code as UnusableReference['code']]?.(platform_name)
  if (record.status !== 'failed') return undefined
  const title = `${platform_name} did not take it`
  if (!platform) {
    const steps = ['Bring the platform back, or send the audience to another one.']
    return { title, sentence: 'The platform was deleted since.', steps, is_of_platform: true }
  }
  const { sentence, steps, is_of_platform } = adviceOn(code)(platform_name)
  const is_tested_since = platform.status === 'connected' && (platform.last_test?.at ?? '') > record.updated_at
  if (is_of_platform && is_tested_since) {
    return {
      title,
      sentence,
      steps: [`${platform_name} was tested since then, and works.`, AGAIN],
      is_of_platform: false,
    }
  }
  if (!is_of_platform && platform.status !== 'connected') {
    return {
      title,
      sentence,
      steps: [`Connect ${platform_name} on the page of the platforms.`, AGAIN],
      is_of_platform: true,
    }
  }
  return { title, sentence, steps, is_of_platform }
}

/** "Answer: Slow down (429)." @returns undefined where nobody gave a reason */
export function answerInWords(message: string | null, code: string | null): string | undefined {
  if (message === null) return code === null ? undefined : `Answer: ${code}.`
  if (code === null || message.includes(code)) return `Answer: ${/[.!?]$/.test(message) ? message : `${message}.`}`
  return `Answer: ${message.replace(/\.$/, '')} (${code}).`
}

export function codeOf({ error_details }: Pick<Distribution, 'error_details'>): string | null {
  const code = error_details?.['code']
  return typeof code === 'string' || typeof code === 'number' ? String(code) : null
}

/** What senders report: the codes of our own connection tests, or the status of the platform's answer. */
function adviceOn(code: string | null): Advice {
  const said = (code ?? '').toLowerCase()
  if (isReported(said)) return REPORTED[said]
  const meaning = STATUSES[said] ?? (/^5\d\d$/.test(said) ? 'unreachable' : undefined)
  return meaning ? REPORTED[meaning] : unknownFailure
}

function isReported(code: string): code is Reported {
  return Object.hasOwn(REPORTED, code)
}

const STATUSES: Readonly<Record<string, Reported>> = {
  '401': 'bad_token',
  '403': 'no_access',
  '404': 'wrong_account',
  '408': 'timeout',
  '429': 'rate_limited',
  '504': 'timeout',
}

type Advice = (platform_name: string) => Omit<Failure, 'title'>

const REPORTED = {
  bad_token: (name) => ({
    sentence: 'It did not accept the keys.',
    steps: [`Replace the keys of ${name} on the page of the platforms. They are tested there.`, AGAIN],
    is_of_platform: true,
  }),
  no_access: (name) => ({
    sentence: 'Its keys do not reach this account.',
    steps: [`Ask the owner of the account to give the keys access, or enter other keys of ${name}.`, AGAIN],
    is_of_platform: true,
  }),
  wrong_account: (name) => ({
    sentence: 'It has no such account.',
    steps: [`Enter the keys of ${name} with the ID of its account.`, AGAIN],
    is_of_platform: true,
  }),
  rate_limited: () => ({
    sentence: 'It asked your sender to slow down. Nothing is lost.',
    steps: ['Wait a few minutes.', AGAIN],
    is_of_platform: false,
  }),
  unreachable: (name) => ({
    sentence: 'Your sender could not reach it. Nothing is lost.',
    steps: [`Wait a while: ${name} may have a fault of its own.`, AGAIN],
    is_of_platform: false,
  }),
  timeout: (name) => ({
    sentence: 'It did not answer your sender in time.',
    steps: [`Wait a while: ${name} may have a fault of its own.`, AGAIN],
    is_of_platform: false,
  }),
  unexpected_answer: () => ({
    sentence: 'Your sender did not understand its answer.',
    steps: [AGAIN, 'If this happens again, tell your administrator.'],
    is_of_platform: false,
  }),
} as const satisfies Record<string, Advice>
type Reported = keyof typeof REPORTED

const unknownFailure: Advice = (name) => ({
  sentence: `Your sender reported this from ${name}.`,
  steps: ['If the answer names something to change there, change it first.', AGAIN],
  is_of_platform: false,
})

const NOT_STARTED_TITLE = 'It was not started when it was due'

const NOT_STARTED: Readonly<Partial<Record<string, (platform_name: string) => Failure>>> = {
  audience_deleted: () => ({
    title: NOT_STARTED_TITLE,
    sentence: 'The audience had been deleted.',
    steps: ['Bring the audience back.', 'Then send it after all.'],
    is_of_platform: false,
  }),
  audience_archived: () => ({
    title: NOT_STARTED_TITLE,
    sentence: 'The audience had been archived.',
    steps: ['Open the audience, and bring it back.', 'Then send it after all.'],
    is_of_platform: false,
  }),
  platform_deleted: (name) => ({
    title: NOT_STARTED_TITLE,
    sentence: `${name} had been deleted.`,
    steps: ['Send the audience to another platform.'],
    is_of_platform: true,
  }),
  platform_disconnected: (name) => ({
    title: NOT_STARTED_TITLE,
    sentence: `${name} had been disconnected.`,
    steps: [`Connect ${name} on the page of the platforms.`, 'Then send it after all.'],
    is_of_platform: true,
  }),
} satisfies Record<UnusableReference['code'], (platform_name: string) => Failure>
