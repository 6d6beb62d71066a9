import type { AdPlatformType } from '#shared/ad-platforms/ad-platforms.ts'

/**
 * How the stand-in behaves. Whoever tries things out chooses by the secret they enter, `good-…`, `bad-token`, `slow` …;
 * a test may also say what shall happen to the next requests, whatever they carry.
 *
 * - `bad-token`: the platform's own answer to credentials that it does not know. So is any other secret.
 * - `rate-limited`: the platform's own answer to too many requests.
 * - `slow`: the right answer, but after half a minute.
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

/** What a secret asks for: it begins with the name of the behaviour. S3 keys know no hyphen, so `_` stands for it. */
export function behaviourOf(secret: string): Behaviour {
  const name = secret.toLowerCase().replaceAll('_', '-')
  return BEHAVIOURS.find((behaviour) => name.startsWith(behaviour)) ?? 'bad-token'
}

/** Where a platform lists accounts, these are listed; the viewer's one only at LinkedIn. */
export const LISTED_ACCOUNT = '1234567890'
export const VIEWER_ACCOUNT = '1111111111'

/** Where a platform is asked for one account, any is good but these. */
export function accountOf(id: string): 'good' | 'no-access' | 'unknown' {
  if (id.endsWith('0000')) return 'no-access'
  return id.endsWith('9999') ? 'unknown' : 'good'
}

/** @example { platform: 'meta', behaviour: 'redirect', times: 1 } */
export interface FaultRule {
  platform: AdPlatformType
  behaviour: Behaviour
  /** Beginning of the path, without the platform's prefix; default: any. */
  path?: string
  /** How often it still strikes; default: always. */
  times?: number
}

/** Rules that go before what the secret asks for. The first that matches strikes. */
export class Faults {
  #rules: FaultRule[] = []

  add(rule: FaultRule): void {
    this.#rules.push({ ...rule })
  }

  reset(): void {
    this.#rules = []
  }

  /** The behaviour for this request, counted as a strike. */
  take(platform: AdPlatformType, path: string): Behaviour | undefined {
    const rule = this.#rules.find((each) => each.platform === platform && path.startsWith(each.path ?? ''))
    if (rule?.times === undefined) return rule?.behaviour
    rule.times--
    if (rule.times <= 0) this.#rules = this.#rules.filter((each) => each !== rule)
    return rule.behaviour
  }
}
