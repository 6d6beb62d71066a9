/** What the list of audiences shows, as its address says it: Back, a bookmark and another tab show the same. */

export const TABS = ['saved', 'drafts', 'archived'] as const
export type Tab = (typeof TABS)[number]

export const SORTS = ['changed', 'newest', 'oldest', 'name', 'name_z', 'largest', 'smallest'] as const
export type Sort = (typeof SORTS)[number]

export const SORT_WORDS: Readonly<Record<Sort, string>> = {
  changed: 'Recently changed',
  newest: 'Newest first',
  oldest: 'Oldest first',
  name: 'Name, A to Z',
  name_z: 'Name, Z to A',
  largest: 'Most records first',
  smallest: 'Fewest records first',
}

export const VIEWS = ['cards', 'table'] as const
export type View = (typeof VIEWS)[number]

export const STATUS_FILTERS = ['active', 'draft'] as const
export const TYPE_FILTERS = ['first_party', 'third_party', 'clean_room', 'none'] as const

export interface ListQuery {
  readonly tab: Tab
  readonly q: string
  readonly status: readonly (typeof STATUS_FILTERS)[number][]
  /** `none`: nobody has chosen a type yet. */
  readonly type: readonly (typeof TYPE_FILTERS)[number][]
  readonly tag: readonly string[]
  readonly sort: Sort
  readonly view: View
}

const DEFAULTS: ListQuery = { tab: 'saved', q: '', status: [], type: [], tag: [], sort: 'changed', view: 'cards' }

/** In an address stands only what is not as usual. */
export type ListSearch = { readonly [Name in keyof ListQuery]?: ListQuery[Name] }

/** @param search of any address: what it says that makes no sense is left out, so that an old link still opens the list */
export function readSearch(search: Readonly<Record<string, unknown>>): ListSearch {
  return searchOf({
    tab: oneOf(TABS, search['tab'], DEFAULTS.tab),
    q: textOf(search['q']),
    status: someOf(STATUS_FILTERS, search['status']),
    type: someOf(TYPE_FILTERS, search['type']),
    tag: textsOf(search['tag']),
    sort: oneOf(SORTS, search['sort'], DEFAULTS.sort),
    view: oneOf(VIEWS, search['view'], DEFAULTS.view),
  })
}

export function queryOf(search: ListSearch): ListQuery {
  return { ...DEFAULTS, ...search }
}

export function searchOf(query: ListQuery): ListSearch {
  const isUsual = (name: keyof ListQuery) =>
    Array.isArray(query[name]) ? query[name].length === 0 : query[name] === DEFAULTS[name]
  const names = Object.keys(DEFAULTS) as (keyof ListQuery)[]
  return Object.fromEntries(names.filter((name) => !isUsual(name)).map((name) => [name, query[name]]))
}

/** The filters that are on, the search among them. */
export function filterCount({ q, status, type, tag }: ListQuery): number {
  return (q.trim() === '' ? 0 : 1) + status.length + type.length + tag.length
}

export function withoutFilters(query: ListQuery): ListQuery {
  return { ...query, q: '', status: [], type: [], tag: [] }
}

/** The value on or off. */
export function toggled<Value>(values: readonly Value[], value: Value): readonly Value[] {
  return values.includes(value) ? values.filter((other) => other !== value) : [...values, value]
}

function oneOf<Value extends string>(values: readonly Value[], said: unknown, usual: Value): Value {
  return values.find((value) => value === said) ?? usual
}

function someOf<Value extends string>(values: readonly Value[], said: unknown): readonly Value[] {
  const texts = textsOf(said)
  return values.filter((value) => texts.includes(value))
}

/** An address may say several as a list, or one by itself. */
function textsOf(said: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(said) ? said : [said]
  return [...new Set(list.map(textOf).filter((text) => text !== ''))]
}

/** Routers read `q=2026` as a number. */
function textOf(said: unknown): string {
  return typeof said === 'string' ? said : typeof said === 'number' || typeof said === 'boolean' ? String(said) : ''
}
