import { oneOf, seededRandom } from '../seeded-random.ts'

/** What may happen in a history. */
export interface Features {
  readonly copies: boolean
  /** The server is put back to what it was, and deleted records are purged. */
  readonly accidents: boolean
  /** Clocks of devices are wrong by hours to weeks. */
  readonly wild_clocks: boolean
  /** Locks are given to two tabs. */
  readonly lying_locks: boolean
  readonly no_locks: boolean
}

/** What one step of a history brings. */
export type Happening =
  | 'open'
  | 'change'
  | 'decide'
  | 'sync'
  | 'sign'
  /** Two tabs of a browser, perhaps as two people. */
  | 'sign together'
  | 'close'
  | 'end'
  | 'freeze'
  | 'turn'
  | 'show'
  | 'trouble'
  | 'lose'
  | 'end sign-in'
  | 'later'
  | 'copy'
  | 'clock'
  | 'accident'
  | 'release'

/** What happens to a request between a browser and the service. */
export type Fate =
  | 'arrives'
  | 'slow'
  | 'slowly_answered'
  | 'lost'
  | 'never_answered'
  | 'answer_lost'
  | 'answer_cut'
  | 'arrives_late'
  | 'arrives_twice'
  | 'unavailable'
  | 'too_many'
  | 'another_answers'

export interface Habits {
  /** So many of the newest records are changed by everybody. */
  readonly records: number
  /** Of changes; the rest are patches. */
  readonly creations: number
  readonly deletions: number
  /** Of patches. */
  readonly renamings: number
  /** Of records, and together with distributions. */
  readonly audiences: number
  readonly platforms: number
  /** Of new distributions, those that are planned for minutes from now. */
  readonly planned: number
}

/** What everybody does in a history without a theme. */
export const HABITS: Habits = {
  records: 3,
  creations: 0.2,
  deletions: 0.12,
  renamings: 0.7,
  audiences: 0.7,
  platforms: 0.15,
  planned: 0,
}

export type ThemeTitle =
  | 'guests move'
  | 'two senders'
  | 'copied profile'
  | 'busy server'
  | 'long absence'
  | 'one record'
  | 'two people'
  | 'failing storage'

/**
 * Accidents that are related happen together in a history with a theme: each by itself is met in any history, all of them by
 * pure chance in few.
 */
export interface Theme {
  readonly title: ThemeTitle
  readonly has?: Partial<Features>
  /** What more than half of the steps bring, one as often as another; the rest bring what they bring anywhere. */
  readonly likely: readonly Happening[]
  readonly pause_ms_max: number
  readonly habits?: Partial<Habits>
  /** Who is signed in on each device when the history begins; null: a guest. */
  readonly first_users?: readonly (string | null)[]
  /** Who signs in, and null who signs out, where the page is somebody else's from now on. */
  readonly signs?: readonly (string | null)[]
  readonly crashing_tabs?: number
  readonly lost_messages?: number
  readonly lied_locks?: number
  readonly page_bytes?: number
  /** What happens to requests, by their kind; others fare as anywhere. */
  readonly fates?: {
    readonly [What in 'pull' | 'push' | 'flags']?: { readonly share: number; readonly of: readonly Fate[] }
  }
  /** The token is that of whoever is signed in in the browser by now, as where tabs share one sign-in. */
  readonly has_shared_sign_in?: boolean
  /** Objects of one kind after the other cannot be written for a while. */
  readonly has_failing_objects?: boolean
}

const SLOW = { share: 0.5, of: ['slow', 'slowly_answered', 'slowly_answered'] } as const

export const THEMES: readonly Theme[] = [
  {
    title: 'guests move',
    likely: ['change', 'change', 'change', 'change', 'change', 'change', 'sign', 'sign together', 'open', 'open'],
    pause_ms_max: 600,
    habits: { creations: 0.4, audiences: 0.45, platforms: 0.2, planned: 0.7, deletions: 0.05 },
    first_users: [null, null],
    signs: [null, null, 'ann', 'ann', 'bob'],
    crashing_tabs: 0.4,
    lost_messages: 0.9,
    fates: { pull: SLOW, push: { share: 0.25, of: SLOW.of }, flags: SLOW },
  },
  {
    title: 'two senders',
    has: { lying_locks: true },
    likely: ['change', 'change', 'change', 'change', 'sync', 'open', 'freeze'],
    pause_ms_max: 2000,
    habits: { records: 2, renamings: 0.8, deletions: 0.06 },
    first_users: ['ann', 'ann'],
    signs: ['ann'],
    crashing_tabs: 0.1,
    lied_locks: 0.8,
    page_bytes: 1024,
    fates: { pull: SLOW, push: SLOW },
  },
  {
    title: 'copied profile',
    has: { copies: true },
    likely: ['copy', 'change', 'change', 'change', 'change', 'decide', 'open', 'turn'],
    pause_ms_max: 2000,
    habits: { records: 2 },
    signs: ['ann'],
    lost_messages: 0.3,
    fates: { push: { share: 0.4, of: ['slow', 'answer_lost', 'arrives_twice', 'slowly_answered'] } },
  },
  {
    title: 'busy server',
    likely: ['change', 'change', 'change', 'change', 'change', 'decide', 'open'],
    pause_ms_max: 2000,
    habits: { creations: 0.4, audiences: 0.4, platforms: 0.2, planned: 0.5 },
    first_users: ['ann', 'ann'],
    signs: ['ann'],
    has_failing_objects: true,
  },
  {
    title: 'long absence',
    has: { accidents: true },
    likely: ['later', 'accident', 'accident', 'change', 'change', 'change', 'turn', 'open'],
    pause_ms_max: 5000,
    habits: { creations: 0.4, deletions: 0.3, audiences: 0.85, platforms: 0.1 },
    first_users: ['ann', 'ann'],
    signs: ['ann'],
    page_bytes: 1024,
    fates: { pull: { share: 0.6, of: ['slow', 'answer_lost', 'lost'] } },
  },
  {
    title: 'one record',
    likely: ['change', 'change', 'change', 'change', 'change', 'change', 'decide', 'turn'],
    pause_ms_max: 2000,
    habits: { records: 1, creations: 0.1, renamings: 0.15, deletions: 0.15, audiences: 0.9, platforms: 0.1 },
    first_users: ['ann', 'ann'],
    signs: ['ann'],
    fates: { pull: { share: 0.8, of: ['lost', 'answer_lost', 'unavailable'] } },
  },
  {
    title: 'two people',
    likely: ['sign', 'sign', 'change', 'change', 'change', 'open'],
    pause_ms_max: 2000,
    first_users: ['ann', 'bob'],
    signs: ['ann', 'bob'],
    crashing_tabs: 0.2,
    lost_messages: 0.6,
    fates: { push: { share: 0.3, of: ['lost', 'slow', 'answer_lost'] } },
    has_shared_sign_in: true,
  },
  {
    title: 'failing storage',
    likely: ['trouble', 'trouble', 'change', 'change', 'change', 'open', 'lose'],
    pause_ms_max: 1000,
    first_users: ['ann', 'ann'],
    signs: ['ann'],
    fates: { push: SLOW },
  },
]

/** Drawn by themselves: which histories have a theme changes no other. */
const THEMED_SHARE = 1 / 3
const THEME_STREAM = 0x4e9e

/** @returns undefined for most seeds: in their histories everything may happen, and most of it seldom */
export function themeOf(seed: number): Theme | undefined {
  const random = seededRandom((seed ^ Math.imul(seed, 0x9e3779b1) ^ THEME_STREAM) >>> 0)
  return random.uniform() < THEMED_SHARE ? oneOf(random, THEMES) : undefined
}

/** The first seeds whose histories have this theme. */
export function seedsOfTheme(title: ThemeTitle, count: number): number[] {
  const seeds: number[] = []
  for (let seed = 1; seeds.length < count; seed++) if (themeOf(seed)?.title === title) seeds.push(seed)
  return seeds
}
