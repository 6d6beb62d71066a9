import { countOf } from '../../format/numbers.ts'
import { compareNames } from '../../format/order.ts'
import { matchRateOf, PLATFORMS, UNKNOWN } from '../../format/words.ts'
import { RecordMap, valueOf } from '../../store/record-map.ts'
import type { Distribution, Platform, Shown } from '../../store/records.ts'
import { CREDENTIAL_FORMS } from './credential-forms.ts'

/** What the page says of a platform beside its fields. */

/** Those that need somebody come first, then the others by name. */
export function inOrder(platforms: readonly Shown<'platform'>[]): readonly Shown<'platform'>[] {
  const rankOf = ({ record }: Shown<'platform'>) => (record.status === 'error' ? 0 : 1)
  return platforms.toSorted(
    (one, other) => rankOf(one) - rankOf(other) || compareNames(one.record.name, other.record.name),
  )
}

/** "2 of 5 ready to receive audiences". */
export function readyInWords(platforms: readonly Shown<'platform'>[]): string | undefined {
  if (platforms.length === 0) return undefined
  const ready = platforms.filter(({ record }) => record.status === 'connected').length
  return `${ready} of ${platforms.length} ready to receive audiences`
}

/** "LinkedIn · account ending 7719", "Meta · no keys yet". */
export function accountInWords({ platform_type, credentials }: Platform): string {
  const { words } = PLATFORMS[platform_type]
  const { account } = CREDENTIAL_FORMS[platform_type]
  if (!credentials) return `${words} · no keys yet`
  const hint = credentials.hint[account.field]
  return hint === undefined ? words : `${words} · ${account.words} ending ${hint.replace(/^…/, '')}`
}

export interface MatchFacts {
  readonly words: string
  readonly is_unknown: boolean
}

/** The mean of what a platform reported of its sends. */
export function averageMatchRate(sends: readonly Distribution[]): MatchFacts {
  const rates = sends.map(({ match_rate }) => match_rate).filter((rate) => rate !== null)
  if (sends.length === 0) return { words: UNKNOWN.sent, is_unknown: true }
  if (rates.length === 0) return { words: UNKNOWN.match_rate, is_unknown: true }
  return { words: matchRateOf(rates.reduce((sum, rate) => sum + rate, 0) / rates.length), is_unknown: false }
}

/** The sends of each platform, by its id. */
export function sendsByPlatform(distributions: readonly Shown<'distribution'>[]): RecordMap<Distribution[]> {
  const sends = new RecordMap<Distribution[]>('platform')
  for (const { record } of distributions) valueOf(sends, record.platform_id, () => []).push(record)
  return sends
}

/** A failed test as it is told: whether other keys would help, what happened, and what to do. */
export interface TestAdvice {
  readonly title: string
  readonly asks_for_keys: boolean
  readonly steps: readonly string[]
}

export function adviceOf({ platform_type, last_test }: Platform, stopped_sends: number): TestAdvice {
  const { words } = PLATFORMS[platform_type]
  const form = CREDENTIAL_FORMS[platform_type]
  const again =
    stopped_sends > 0
      ? 'They are tested immediately. Then try the send that stopped again.'
      : 'They are tested immediately.'
  switch (last_test?.code) {
    case 'bad_token':
      return {
        title: `${words} did not accept the keys`,
        asks_for_keys: true,
        steps: [form.where, 'Paste the new keys here. They replace the old ones; nothing else changes.', again],
      }
    case 'no_access':
      return {
        title: `The keys do not reach this ${form.account.words}`,
        asks_for_keys: true,
        steps: [
          `Check the ID of the ${form.account.words}, or ask its owner to give these keys access to it.`,
          'With access given, test again. With another ID or other keys, enter all of them here.',
        ],
      }
    case 'wrong_account':
      return {
        title: `${words} has no such ${form.account.words}`,
        asks_for_keys: true,
        steps: [`Check the ID of the ${form.account.words} in ${words}.`, `Enter it here, with its keys. ${again}`],
      }
    case 'rate_limited':
      return waitingAdvice(`${words} takes no more requests at the moment`, 'Wait a few minutes, then test again.')
    case 'unreachable':
    case 'timeout':
      return waitingAdvice(`${words} could not be reached`, `Test again later; ${words} may have a fault of its own.`)
    default:
      return waitingAdvice(
        `The test of ${words} did not work`,
        'Test again. If this happens again, tell your administrator.',
      )
  }
}

function waitingAdvice(title: string, step: string): TestAdvice {
  return { title, asks_for_keys: false, steps: ['The keys were not checked; nothing about them changed.', step] }
}

/** "1 send has failed on this platform." */
export function stoppedInWords(stopped_sends: number): string {
  return `${countOf(stopped_sends, 'send has', 'sends have')} failed on this platform.`
}

/** "2 sends are scheduled for it": those would not start. @returns undefined where none is */
export function scheduledInWords(sends: readonly Distribution[]): string | undefined {
  const scheduled = sends.filter(({ status }) => status === 'scheduled').length
  return scheduled === 0 ? undefined : countOf(scheduled, 'send is scheduled', 'sends are scheduled')
}
