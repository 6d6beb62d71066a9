import type { SyncStatus } from '#shared/client/store/status.ts'
import { countOf } from './numbers.ts'

/** What the sync words mean, and what to do, in a sentence. */
export function syncSentenceOf(status: SyncStatus): string {
  const { mode, storage, pending, is_online } = status
  if (storage === 'full') return 'This device has no room left. Download your data, then make room in this browser.'
  if (storage === 'newer-version')
    return 'A newer version of this app has changed the data on this device. Reload this page.'
  if (storage === 'blocked') return 'Another tab of this app does not let the data go. Close it, then reload this page.'
  if (storage === 'unavailable')
    return 'This browser keeps nothing for this site. Download what you see before you close it.'
  if (mode === 'guest')
    return 'You work as a guest: everything stays in this browser, on this device. Sign in to keep it and open it elsewhere.'
  if (status.needs_sign_in) return 'Everything you do is saved on this device.'
  if (status.is_switched_off)
    return 'Syncing is paused by the operator of this service. Everything you do is saved on this device, and sent later.'
  if (is_online === false)
    return 'There is no connection. Everything you do is saved on this device, and sent when it is back.'
  if (status.is_stuck)
    return 'The service has a problem. Everything you do is saved on this device, and tried again by itself.'
  if (status.unreadable > 0)
    return 'Some of your data could not be read by the service; what this device had is shown. It is tried again by itself.'
  if (pending > 0)
    return `Saved on this device. ${countOf(pending, 'change is', 'changes are')} on the way to your account.`
  if (status.synced_at === null) return 'Your data are being loaded.'
  return 'Everything is saved in your account, and on this device.'
}
