import { useCell } from '../base/cell.ts'
import { syncWordsOf } from '../format/sync-words.ts'
import { classes } from '../parts/classes.ts'
import { Icon } from '../parts/Icon.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { first_look } from '../pages/saved-audiences/first-look.ts'
import { isSignedInByClick } from '../session/session.ts'
import { useStatus } from '../store/hooks.ts'
import { sync_panel_open } from './layers.ts'
import styles from './SyncWords.module.css'

/** Where the data are, always in the same corner. Pressed, it opens the panel that says more. */
export function SyncWords() {
  const status = useStatus()
  const look = useCell(first_look)
  const is_open = useCell(sync_panel_open)
  const { words, short, icon, is_turning, is_filled } = syncWordsOf(
    // A first look holds only where nothing has changed since everything was saved.
    look ? { ...status, is_checking: false, synced_at: look.synced_at } : status,
  )
  const onClick = async () => {
    // Only a new page has the account of the other tab.
    if (status.elsewhere !== null) return location.reload()
    if (!is_open && status.needs_sign_in && (await isSignedInByClick())) return
    sync_panel_open.set(!is_open)
  }
  return (
    <>
      <button
        type="button"
        className={classes(styles.words, is_filled && styles.filled)}
        data-sync-words
        aria-expanded={is_open}
        onClick={() => void onClick()}
      >
        {is_turning ? <Spinner /> : <Icon of={icon} />}
        <span className="unseen">Sync: </span>
        <span className={styles.full}>{words}</span>
        <span aria-hidden className={styles.short}>
          {short}
        </span>
      </button>
      <span role="status" className="unseen">
        {is_turning ? '' : words}
      </span>
    </>
  )
}
