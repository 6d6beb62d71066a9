import {
  Check,
  CloudOff,
  CirclePause,
  GitCompare,
  HardDrive,
  Monitor,
  MonitorCheck,
  LoaderCircle,
  LogIn,
  RefreshCw,
  TriangleAlert,
  type LucideIcon,
} from 'lucide-react'

import type { SyncStatus } from '#shared/client/store/status.ts'
import { countOf } from './numbers.ts'

/** Where the data are and what they wait for, in the words that stand in the same corner of every page. */
export interface SyncWords {
  readonly words: string
  /** For phones; the full words are its accessible name. */
  readonly short: string
  readonly icon: LucideIcon
  readonly is_turning?: boolean
  /** It needs a person. */
  readonly is_filled?: boolean
}

export function syncWordsOf(status: SyncStatus): SyncWords {
  return ofThisTab(status) ?? ofStorage(status) ?? ofPerson(status) ?? ofConnection(status)
}

function ofThisTab({ elsewhere }: SyncStatus): SyncWords | undefined {
  if (elsewhere === null) return undefined
  const words = elsewhere === 'signed-in' ? 'Signed in in another tab · reload' : 'Signed out in another tab · reload'
  return { words, short: 'Reload this tab', icon: RefreshCw, is_filled: true }
}

const STORAGE = {
  full: { words: 'This device is full · export now', short: 'Device is full', icon: HardDrive },
  'newer-version': { words: 'A newer version has your data · reload', short: 'Reload this tab', icon: RefreshCw },
  blocked: { words: 'Another tab holds your data · close it', short: 'Close other tabs', icon: TriangleAlert },
  unavailable: { words: 'This browser keeps nothing · export now', short: 'Nothing is kept', icon: HardDrive },
} as const

function ofStorage({ storage }: SyncStatus): SyncWords | undefined {
  return storage === 'ok' || storage === 'cleared' ? undefined : { ...STORAGE[storage], is_filled: true }
}

function ofPerson({
  mode,
  conflicts,
  invalid,
  quarantined,
  needs_sign_in,
  pending,
}: SyncStatus): SyncWords | undefined {
  if (conflicts > 0) {
    const words = `${countOf(conflicts, 'change needs', 'changes need')} your choice`
    return { words, short: `${conflicts} ${conflicts === 1 ? 'needs' : 'need'} you`, icon: GitCompare, is_filled: true }
  }
  const stopped = invalid + quarantined
  if (stopped > 0) {
    const words = `${countOf(stopped, 'change was', 'changes were')} not accepted`
    return { words, short: `${stopped} ${stopped === 1 ? 'needs' : 'need'} you`, icon: TriangleAlert, is_filled: true }
  }
  if (mode === 'account' && needs_sign_in) {
    const words = pending > 0 ? `Sign in to sync · ${waiting(pending)}` : 'Sign in to sync'
    return { words, short: 'Sign in to sync', icon: LogIn, is_filled: true }
  }
  return undefined
}

function ofConnection(status: SyncStatus): SyncWords {
  const { mode, pending, is_online, is_syncing, synced_at } = status
  if (status.is_checking)
    return { words: 'Looking at your data', short: 'Looking', icon: LoaderCircle, is_turning: true }
  if (mode === 'guest') {
    return status.is_migrating
      ? { words: 'Moving into your account · reload', short: 'Reload this tab', icon: RefreshCw, is_filled: true }
      : { words: 'Guest · saved on this device only', short: 'Guest · saved here', icon: Monitor }
  }
  if (status.is_switched_off) {
    return { words: 'Saved on this device · syncing is paused', short: 'Saved here · paused', icon: CirclePause }
  }
  if (is_online === false)
    return { words: 'Offline · saved on this device', short: 'Offline · saved here', icon: CloudOff }
  if (pending > 0) {
    return is_syncing
      ? { words: `Saving ${countOf(pending, 'change')}`, short: 'Saving', icon: LoaderCircle, is_turning: true }
      : {
          words: `Saved on this device · ${waiting(pending)}`,
          short: `Saved here · ${pending} wait`,
          icon: MonitorCheck,
        }
  }
  if (status.is_migrating) {
    return { words: 'Moving your guest work here', short: 'Moving your work', icon: LoaderCircle, is_turning: true }
  }
  if (synced_at === null) return { words: 'Loading your data', short: 'Loading', icon: LoaderCircle, is_turning: true }
  return { words: 'All changes saved', short: 'All saved', icon: Check }
}

function waiting(pending: number): string {
  return countOf(pending, 'change waits', 'changes wait')
}
