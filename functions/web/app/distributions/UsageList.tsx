import { Link } from '@tanstack/react-router'

import { clock } from '../base/ports.ts'
import { momentWithin } from '../format/dates.ts'
import { countOf } from '../format/numbers.ts'
import { useStatus } from '../store/hooks.ts'
import type { Use } from './usage.ts'
import styles from './UsageList.module.css'

const SHOWN_MAX = 5

/** What still uses the records of a deed, each a link to its distribution. @param onGo the dialog is left by a link */
export function UsageList({ uses, onGo }: { readonly uses: readonly Use[]; readonly onGo: () => void }) {
  const left = uses.length - SHOWN_MAX
  return (
    <ul className={styles.uses} aria-label="What still uses it">
      {uses.slice(0, SHOWN_MAX).map(({ send, kind, words }) => (
        <li key={`${kind} ${send.id}`}>
          <Link to="/distributions" search={{ id: send.id }} dir="auto" onClick={onGo}>
            {words}
          </Link>
        </li>
      ))}
      {left > 0 && <li className={styles.more}>and {countOf(left, 'other', 'others')}</li>}
    </ul>
  )
}

/** That this device cannot know what happened elsewhere since it last heard of the service; nothing where it is up to date. */
export function NotKnownHere() {
  const { mode, is_online, needs_sign_in, synced_at } = useStatus()
  if (mode === 'guest' || (is_online !== false && !needs_sign_in && synced_at !== null)) return null
  const since = synced_at === null ? 'yet' : `since ${momentWithin(synced_at, clock.nowMs())}`
  return (
    <p className={styles.not_known}>
      This device has not heard from your account {since}: what was sent or planned elsewhere is not counted here.
    </p>
  )
}
