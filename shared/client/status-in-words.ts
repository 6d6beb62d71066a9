import type { SyncStatus } from './store/status.ts'
import type { StorageState } from './store/storage-state.ts'

/**
 * One line for the interface: where the data are first, then what they wait for. Apart from the client, so that a page
 * which has words of its own does not carry these.
 */
export function statusInWords(status: SyncStatus): string {
  return [placeInWords(status), ...attentionInWords(status)].join(' · ')
}

const STORAGE_IN_WORDS: Readonly<Record<Exclude<StorageState, 'ok'>, string>> = {
  full: 'This device is full: the last change was not saved',
  'newer-version': 'A newer version of this app has the data: reload',
  blocked: 'Another tab holds the data: close it or reload',
  unavailable: 'This browser keeps no data here',
}

function placeInWords({ mode, storage, elsewhere, pending, is_checking, ...state }: SyncStatus): string {
  if (elsewhere === 'signed-in') return 'Signed in in another tab: reload'
  if (elsewhere === 'signed-out') return 'Signed out in another tab: reload'
  if (storage !== 'ok' && storage !== 'cleared') return STORAGE_IN_WORDS[storage]
  if (is_checking) return 'Looking at the data on this device'
  if (mode === 'guest') return state.is_migrating ? 'Moving into an account: reload' : 'Saved on this device only'
  if (pending > 0) return `Saved on this device · ${counted(pending, 'change waits', 'changes wait')}`
  if (state.is_syncing) return 'Saved on this device · syncing'
  return state.synced_at === null ? 'Saved on this device' : 'Saved'
}

function attentionInWords(status: SyncStatus): string[] {
  const { mode, conflicts, invalid, quarantined, unreadable } = status
  const words: string[] = []
  if (status.storage === 'cleared') words.push('the browser has cleared the data of this site')
  if (status.needs_sign_in) words.push('sign in to send them')
  else if (status.is_switched_off && mode === 'account') words.push('syncing is paused')
  else if (status.is_online === false) words.push('offline')
  else if (status.is_stuck) words.push('trying again')
  if (status.is_migrating && mode === 'account') words.push('moving your guest data into this account')
  if (status.is_guest_waiting) words.push('your guest data wait')
  if (conflicts > 0) words.push(counted(conflicts, 'conflict needs you', 'conflicts need you'))
  if (invalid > 0) words.push(counted(invalid, 'change was refused', 'changes were refused'))
  if (quarantined > 0) words.push(counted(quarantined, 'change cannot be read', 'changes cannot be read'))
  if (unreadable > 0) words.push('some data cannot be fetched at the moment')
  return words
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`
}
