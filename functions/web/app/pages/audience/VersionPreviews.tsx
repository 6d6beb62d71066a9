import type { Difference } from '../../audiences/differences.ts'
import { VersionDifferences } from '../../audiences/VersionDifferences.tsx'
import { countOf } from '../../format/numbers.ts'
import { Button } from '../../parts/Button.tsx'
import type { Restoration } from './history.ts'
import styles from './HistoryDrawer.module.css'

/** A version beside what the audience is now, with what this device has not sent yet. */
export function NowComparison({
  number,
  of,
  onPreview,
  onClose,
}: {
  readonly number: number
  /** From then to now; a string says why they cannot be had. */
  readonly of: readonly Difference[] | string
  readonly onPreview: () => void
  readonly onClose: () => void
}) {
  const has_differences = typeof of === 'object' && of.length > 0
  return (
    <div className={styles.preview} role="group" aria-label={`Version ${number} and now`}>
      {typeof of === 'string' ? (
        <p className={styles.fault}>{of}</p>
      ) : (
        <p>
          {has_differences
            ? `${countOf(of.length, 'thing is', 'things are')} different now.`
            : 'What is shown of it is now as it was then.'}
        </p>
      )}
      {has_differences && <VersionDifferences of={of} words={['Then', 'Now']} />}
      <div className={styles.buttons}>
        {has_differences && (
          <Button size="small" onClick={onPreview}>
            Preview restore
          </Button>
        )}
        <Button kind="quiet" size="small" onClick={onClose}>
          Close
        </Button>
      </div>
    </div>
  )
}

/** What restoring a version would change, before it does. */
export function RestorePreview({
  number,
  of,
  onRestore,
  onClose,
}: {
  readonly number: number
  readonly of: Restoration | string
  readonly onRestore: (restoration: Restoration) => void
  readonly onClose: () => void
}) {
  const is_same = typeof of === 'object' && of.differences.length === 0
  return (
    <div className={styles.preview} role="group" aria-label={`Restore version ${number}`}>
      {typeof of === 'string' && <p className={styles.fault}>{of}</p>}
      {is_same && <p>It is as it was then: there is nothing to restore.</p>}
      {typeof of === 'object' && !is_same && (
        <>
          <p>Restoring version {number} changes this. The status stays as it is.</p>
          <VersionDifferences of={of.differences} />
        </>
      )}
      <div className={styles.buttons}>
        {typeof of === 'object' && !is_same && (
          <Button kind="primary" size="small" onClick={() => onRestore(of)}>
            Restore version {number}
          </Button>
        )}
        <Button kind="quiet" size="small" onClick={onClose}>
          {is_same ? 'Close' : 'Not now'}
        </Button>
      </div>
    </div>
  )
}
