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

export interface SendQuery {
  readonly q: string
  readonly status: readonly DistributionStatus[]
  /** Ids of platforms. */
  readonly platform: readonly string[]
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
    id: textOf(search['id']),
  }
}

export function searchOf(query: SendQuery): DistributionsSearch {
  const texts = { ...query, status: query.status.join(','), platform: query.platform.join(',') }
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''))
}

/** The filters that are on, the search among them. */
export function filterCount({ q, status, platform }: SendQuery): number {
  return (q.trim() === '' ? 0 : 1) + status.length + platform.length
}

export function withoutFilters(query: SendQuery): SendQuery {
  return { ...query, q: '', status: [], platform: [] }
}

/** The value on or off. */
export function toggled<Value>(values: readonly Value[], value: Value): readonly Value[] {
  return values.includes(value) ? values.filter((other) => other !== value) : [...values, value]
}

function textsOf(said: unknown): readonly string[] {
  return [...new Set(textOf(said).split(','))].filter((value) => value !== '')
}

function textOf(said: unknown): string {
  return typeof said === 'string' ? said : ''
}
