import type { DistributionStatus } from '#shared/records/distribution.ts'

/** What the list of distributions shows, and which of them, as its address says it. */

export const STATUSES: readonly DistributionStatus[] = [
  'scheduled',
  'pending',
  'in_progress',
  'completed',
  'failed',
  'cancelled',
]

/** How far back the list goes; what is scheduled is always in it. */
export const PERIODS = {
  '': { words: 'Any time', days: Number.POSITIVE_INFINITY },
  '7d': { words: 'Last 7 days', days: 7 },
  '30d': { words: 'Last 30 days', days: 30 },
  '90d': { words: 'Last 90 days', days: 90 },
} as const
export type Period = keyof typeof PERIODS

export interface SendQuery {
  readonly q: string
  readonly status: readonly DistributionStatus[]
  /** Ids of platforms. */
  readonly platform: readonly string[]
  readonly period: Period
  /** The distribution beside the list; empty: none was chosen. */
  readonly id: string
}

/** In an address stands only what is not as usual, each as one text. */
export type DistributionsSearch = { readonly [Name in keyof SendQuery]?: string }

/** @param search of any address: what it says that makes no sense is left out */
export function distributionsSearch(search: Readonly<Record<string, unknown>>): DistributionsSearch {
  return searchOf(queryOf(search))
}

export function queryOf(search: Readonly<Record<string, unknown>>): SendQuery {
  const statuses = textsOf(search['status'])
  return {
    q: textOf(search['q']),
    status: STATUSES.filter((status) => statuses.includes(status)),
    platform: textsOf(search['platform']),
    period: periodOf(textOf(search['period'])),
    id: textOf(search['id']),
  }
}

export function searchOf(query: SendQuery): DistributionsSearch {
  const texts = { ...query, status: query.status.join(','), platform: query.platform.join(',') }
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''))
}

/** The filters that are on, the search among them. */
export function filterCount({ q, status, platform, period }: SendQuery): number {
  return (q.trim() === '' ? 0 : 1) + status.length + platform.length + (period === '' ? 0 : 1)
}

export function withoutFilters(query: SendQuery): SendQuery {
  return { ...query, q: '', status: [], platform: [], period: '' }
}

/** The value on or off. */
export function toggled<Value>(values: readonly Value[], value: Value): readonly Value[] {
  return values.includes(value) ? values.filter((other) => other !== value) : [...values, value]
}

function periodOf(text: string): Period {
  return Object.hasOwn(PERIODS, text) ? (text as Period) : ''
}

function textsOf(said: unknown): readonly string[] {
  return [...new Set(textOf(said).split(','))].filter((value) => value !== '')
}

function textOf(said: unknown): string {
  return typeof said === 'string' ? said : ''
}
