import { isObject } from '../../base/is-object.ts'

/** What the tab that exchanges with the server knows; others hear of it. */
export interface SyncerState {
  readonly is_online: boolean | undefined
  readonly is_syncing: boolean
  readonly needs_sign_in: boolean
  readonly is_switched_off: boolean
  readonly synced_at: string | null
  readonly is_stuck: boolean
  /** How many parts of the data the server could not read; the rest is here. */
  readonly unreadable: number
}

export const NOTHING_KNOWN: SyncerState = {
  is_online: undefined,
  is_syncing: false,
  needs_sign_in: false,
  is_switched_off: false,
  synced_at: null,
  is_stuck: false,
  unreadable: 0,
}

const TYPES: Readonly<Record<keyof SyncerState, readonly string[]>> = {
  is_online: ['boolean', 'undefined'],
  is_syncing: ['boolean'],
  needs_sign_in: ['boolean'],
  is_switched_off: ['boolean'],
  synced_at: ['string', 'null'],
  is_stuck: ['boolean'],
  unreadable: ['number'],
}

/** What another tab tells, which may be of another release: what is not understood stays as it was. */
export function heardState(known: SyncerState, told: unknown): SyncerState {
  if (!isObject(told)) return known
  const understood = Object.entries(told).filter(([name, value]) => {
    const types = Object.hasOwn(TYPES, name) ? TYPES[name as keyof SyncerState] : []
    return types.includes(value === null ? 'null' : typeof value)
  })
  return { ...known, ...Object.fromEntries(understood) }
}

/** Whether it says something else than what is known. */
export function isNews(known: SyncerState, told: Partial<SyncerState>): boolean {
  return Object.entries(told).some(([name, value]) => known[name as keyof SyncerState] !== value)
}
