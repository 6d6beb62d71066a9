import type { AdPlatformType } from '#shared/ad-platforms/ad-platforms.ts'
import { systemRandom } from '#shared/base/random.ts'
import { FaultRules } from '../kit/faults.ts'

/**
 * How the stand-in behaves. The secret of a request chooses it: `good-…`, `bad-token`, `slow` …; a test may also set the
 * behaviour of the next requests, whatever their secrets.
 *
 * - `bad-token`: the platform's own answer to credentials that it does not know. So is any other secret.
 * - `rate-limited`: the platform's own answer to too many requests.
 * - `slow`: the right answer, after half a minute.
 * - `down`: the connection breaks. `unavailable`: 503.
 * - `redirect`: 302 to `/elsewhere` of the same platform.
 * - `huge`: a success of some megabytes. `garbage`: 200 with HTML.
 */
export const BEHAVIOURS = [
  'good',
  'bad-token',
  'rate-limited',
  'slow',
  'down',
  'unavailable',
  'redirect',
  'huge',
  'garbage',
] as const
export type Behaviour = (typeof BEHAVIOURS)[number]

/** The behaviour that a secret asks for: it begins with its name. S3 keys have no hyphens: `_` stands for one. */
export function behaviourOf(secret: string): Behaviour {
  const name = secret.toLowerCase().replaceAll('_', '-')
  return BEHAVIOURS.find((behaviour) => name.startsWith(behaviour)) ?? 'bad-token'
}

/** The accounts that platforms list; only LinkedIn lists the viewer's. */
export const LISTED_ACCOUNT = '1234567890'
export const VIEWER_ACCOUNT = '1111111111'

/** How platforms answer that are asked for one account: any is good but these. */
export function accountOf(id: string): 'good' | 'no-access' | 'unknown' {
  if (id.endsWith('0000')) return 'no-access'
  return id.endsWith('9999') ? 'unknown' : 'good'
}

/** @example { platform: 'meta', behaviour: 'redirect', times: 1 } */
export interface FaultRule {
  platform: AdPlatformType
  behaviour: Behaviour
  /** Beginning of the path, without the platform's prefix; default: any. */
  path?: string | undefined
  /** How often it still strikes; default: always. */
  times?: number | undefined
}

/** Rules that go before the behaviour that the secret asks for. The first that matches strikes. */
export class Faults {
  readonly #rules = new FaultRules<FaultRule>(systemRandom)

  add(rule: FaultRule): void {
    this.#rules.add(rule)
  }

  reset(): void {
    this.#rules.replace([])
  }

  /** The behaviour for this request, if a rule strikes; counted. */
  strike(platform: AdPlatformType, path: string): Behaviour | undefined {
    const matches = (rule: FaultRule) => rule.platform === platform && path.startsWith(rule.path ?? '')
    return this.#rules.strike(matches)?.behaviour
  }
}
