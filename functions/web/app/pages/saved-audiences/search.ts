/** What the list shows is in its address. */
export interface SavedAudiencesSearch {
  readonly tab?: string
  readonly view?: string
  readonly sort?: string
  readonly search?: string
  readonly status?: string
  readonly type?: string
  readonly tag?: string
}

const NAMES = ['tab', 'view', 'sort', 'search', 'status', 'type', 'tag'] as const

export function savedAudiencesSearch(given: Readonly<Record<string, unknown>>): SavedAudiencesSearch {
  return Object.fromEntries(NAMES.flatMap((name) => (typeof given[name] === 'string' ? [[name, given[name]]] : [])))
}
