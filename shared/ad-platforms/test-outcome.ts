/**
 * The possible outcomes of a test of credentials.
 *
 * - `bad_token`: the platform does not accept the credentials.
 * - `no_access`: it accepts them, but not for this account.
 * - `wrong_account`: it accepts them, and says that there is no such account.
 * - `rate_limited`: too many requests; the credentials were not checked.
 * - `unreachable`, `timeout`: the network or the platform failed; the credentials were not checked.
 * - `unexpected_answer`: neither a success nor a failure that its documentation names, or a redirect.
 */
export const TEST_CODES = [
  'ok',
  'bad_token',
  'no_access',
  'wrong_account',
  'rate_limited',
  'unreachable',
  'timeout',
  'unexpected_answer',
] as const
export type TestCode = (typeof TEST_CODES)[number]

/** `message` is for a marketer: our own words only, never a secret and never text of the platform. */
export interface TestResult {
  ok: boolean
  code: TestCode
  message: string
}

/** The outcome that an adapter found. Without a `message` users read the general one of the code. */
export interface TestOutcome {
  code: TestCode
  /** A constant text of the adapter. */
  message?: string
}

/** The words for a platform in messages. */
export interface Named {
  /** The platform's name. */
  readonly label: string
  /** The platform's word for the thing that credentials give access to: `ad account`. */
  readonly account_noun: string
}

/** The result of a test as it is stored and answered. */
export function testResult({ label, account_noun }: Named, { code, message }: TestOutcome): TestResult {
  return { ok: code === 'ok', code, message: message ?? MESSAGES[code](label, account_noun) }
}

const MESSAGES: Readonly<Record<TestCode, (label: string, account: string) => string>> = {
  ok: (label, account) => `${label} accepted the credentials, and they reach this ${account}.`,
  bad_token: (label) =>
    `${label} did not accept the credentials. They may be mistyped, expired or revoked. Enter new ones.`,
  no_access: (label, account) =>
    `${label} accepted the credentials, but they do not give access to this ${account}. Check its id, or ask ` +
    'its owner for access.',
  wrong_account: (label, account) => `${label} accepted the credentials, but has no such ${account}. Check its id.`,
  rate_limited: (label) =>
    `${label} accepts no more requests at the moment, so the credentials were not checked. Try again in a few minutes.`,
  unreachable: (label) => `${label} could not be reached, so the credentials were not checked. Try again later.`,
  timeout: (label) => `${label} did not answer in time, so the credentials were not checked. Try again later.`,
  unexpected_answer: (label) =>
    `${label} sent an answer that we do not understand, so the credentials were not checked. If this happens ` +
    'again, tell your administrator.',
}
