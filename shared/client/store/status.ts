/** What the sync tells the user, and how. */
export interface SyncStatus {
  readonly mode: 'guest' | 'account'
  /** Whether the last exchange with the server came about; undefined before the first. */
  readonly is_online: boolean | undefined
  readonly is_syncing: boolean
  /** Whether this tab is the one that exchanges with the server. `alone`: the browser has no locks, so each tab does. */
  readonly leader: 'this' | 'other' | 'alone'
  /** The sign-in has expired, or is another user's: changes wait on this device. */
  readonly needs_sign_in: boolean
  /** Syncing is switched off by the operator: changes wait on this device. */
  readonly is_switched_off: boolean
  /** When this device had everything last; ISO 8601. */
  readonly synced_at: string | null
  /** Changes that the server has not answered. */
  readonly pending: number
  readonly conflicts: number
  readonly invalid: number
  /** Changes wait although the server answers. */
  readonly is_stuck: boolean
  readonly storage: 'ok' | 'full' | 'unavailable' | 'newer-version' | 'blocked' | 'cleared'
  /** A guest's records are on their way into this account. */
  readonly is_migrating: boolean
}

/** One line for the interface: where the data are first, then what they wait for. */
export function statusInWords(status: SyncStatus): string {
  return [placeInWords(status), ...attentionInWords(status)].join(' · ')
}

function placeInWords({ mode, storage, pending, is_syncing, synced_at }: SyncStatus): string {
  if (storage === 'full') return 'This device is full: the last change was not saved'
  if (storage === 'newer-version') return 'A newer version of this app has the data: reload'
  if (storage === 'blocked') return 'Another tab holds the data: close it or reload'
  if (storage === 'unavailable') return 'This browser keeps no data here'
  if (mode === 'guest') return 'Saved on this device only'
  if (pending > 0) return `Saved on this device · ${counted(pending, 'change waits', 'changes wait')}`
  if (is_syncing || synced_at === null) return 'Saved on this device · syncing'
  return 'Saved'
}

function attentionInWords(status: SyncStatus): string[] {
  const { needs_sign_in, is_switched_off, is_online, conflicts, invalid, is_stuck, is_migrating, mode } = status
  const words: string[] = []
  if (needs_sign_in) words.push('sign in to send them')
  else if (is_switched_off && mode === 'account') words.push('syncing is paused')
  else if (is_online === false) words.push('offline')
  else if (is_stuck) words.push('trying again')
  if (is_migrating) words.push('moving your guest data into this account')
  if (conflicts > 0) words.push(counted(conflicts, 'conflict needs you', 'conflicts need you'))
  if (invalid > 0) words.push(counted(invalid, 'change was refused', 'changes were refused'))
  return words
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`
}
