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

/** In an address stands only what is not as usual, each as one text. */
export type SavedAudiencesSearch = { readonly [Name in keyof ListQuery]?: string }

/** @param search of any address: what it says that makes no sense is left out, so that an old link still opens the list */
export function savedAudiencesSearch(search: Readonly<Record<string, unknown>>): SavedAudiencesSearch {
  return searchOf(queryOf(search))
}

export function queryOf(search: Readonly<Record<string, unknown>>): ListQuery {
  return {
    tab: oneOf(TABS, search['tab'], DEFAULTS.tab),
    q: textOf(search['q']),
    status: someOf(STATUS_FILTERS, search['status']),
    type: someOf(TYPE_FILTERS, search['type']),
    tag: textsOf(search['tag']),
    sort: oneOf(SORTS, search['sort'], DEFAULTS.sort),
    view: oneOf(VIEWS, search['view'], DEFAULTS.view),
  }
}

export function searchOf(query: ListQuery): SavedAudiencesSearch {
  const texts = { ...query, status: listText(query.status), type: listText(query.type), tag: listText(query.tag) }
  const usual: Readonly<Record<string, unknown>> = { ...DEFAULTS, status: '', type: '', tag: '' }
  return Object.fromEntries(Object.entries(texts).filter(([name, text]) => text !== usual[name]))
}

/** As the list shows it once its tags have been renamed, merged or removed. @returns the same where that changes nothing */
export function searchWithTags(
  search: SavedAudiencesSearch,
  edit: (tags: readonly string[]) => readonly string[],
): SavedAudiencesSearch {
  const query = queryOf(search)
  const tag = edit(query.tag)
  return listText(tag) === listText(query.tag) ? search : searchOf({ ...query, tag })
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

/** Several values with commas between them; a comma of a value itself is spelled `%2C`. */
function listText(values: readonly string[]): string {
  return values.map((value) => value.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',')
}

function textsOf(said: unknown): readonly string[] {
  const values = textOf(said).split(',')
  return [...new Set(values.filter((value) => value !== '').map(spelledOut))]
}

function spelledOut(value: string): string {
  return value.replaceAll('%2C', ',').replaceAll('%25', '%')
}

function textOf(said: unknown): string {
  return typeof said === 'string' ? said : ''
}
