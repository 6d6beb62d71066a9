import type { SyncStatus } from '#shared/client/store/status.ts'
import { NOTHING_KNOWN } from '#shared/client/store/syncer-state.ts'
import type { Meaning } from './status-meanings.ts'

/** An account whose work is all saved. */
const SAVED: SyncStatus = {
  ...NOTHING_KNOWN,
  is_online: true,
  synced_at: '2026-11-01T00:00:00.000Z',
  mode: 'account',
  leader: 'this',
  pending: 0,
  conflicts: 0,
  invalid: 0,
  quarantined: 0,
  storage: 'ok',
  is_migrating: false,
  is_guest_waiting: false,
  is_checking: false,
  elsewhere: null,
}

/** A state of the sync, whose words are those of the corner, and what it means. */
export interface SyncMeaning extends Meaning {
  readonly status: SyncStatus
}

const of = (differs: Partial<SyncStatus>, means: string, todo?: string): SyncMeaning => ({
  status: { ...SAVED, ...differs },
  means,
  ...(todo !== undefined && { todo }),
})

/** Everything that the corner of a page can say. */
export const SYNC_MEANINGS: readonly SyncMeaning[] = [
  of({}, 'Everything is in your account, and on this device.'),
  of({ pending: 2, is_syncing: true }, 'Changes are on the way to your account.'),
  of({ pending: 3 }, 'The changes are safe on this device, and are sent by themselves. You can close the page.'),
  of({ is_online: false }, 'There is no connection. You can go on working; everything is sent when it is back.'),
  of(
    { mode: 'guest' },
    'You work as a guest. Your work is in this browser only, and gone when its data are cleared.',
    'Sign in to keep it, and to have it on other devices.',
  ),
  of(
    { needs_sign_in: true, pending: 3 },
    'Your sign-in has ended. You can go on working, and nothing is lost.',
    'Press the words, and sign in again.',
  ),
  of(
    { conflicts: 1 },
    'You and another device changed the same thing in different ways. Both are kept.',
    'Press the words, and choose which one to keep.',
  ),
  of(
    { invalid: 1 },
    'The service refused a change. It is kept beside your data.',
    'Press the words: there is the reason, with what to do.',
  ),
  of(
    { storage: 'full' },
    'This browser has no room left: your last change is on the screen, and is not saved.',
    'Press the words, download your data, then make room on this device.',
  ),
  of(
    { storage: 'unavailable' },
    'This browser keeps no data for this site, as some private windows do.',
    'Download your data before you close the page.',
  ),
  of({ storage: 'blocked' }, 'Another tab of this app does not let your data go.', 'Close it, then reload this page.'),
  of({ storage: 'newer-version' }, 'A newer version of this app has your data.', 'Reload the page.'),
  of(
    { elsewhere: 'signed-in' },
    'Somebody signed in in another tab. This tab saves nothing more.',
    'Press the words: the page is loaded again, with that account.',
  ),
  of(
    { elsewhere: 'signed-out' },
    'Somebody signed out in another tab. This tab saves nothing more.',
    'Press the words: the page is loaded again, for guests.',
  ),
  of(
    { mode: 'guest', is_migrating: true },
    'What you did as a guest is moving into an account, in another tab.',
    'Reload the page.',
  ),
  of({ is_migrating: true }, 'What you did as a guest is moving into your account.'),
  of({ is_switched_off: true }, 'Those who run this service paused syncing. Everything is sent when they end that.'),
  of({ is_checking: true }, 'The page was asleep, and looks whether its data are still the newest.'),
  of({ synced_at: null }, 'Your data come to this device for the first time.'),
]
