import styles from './Opening.module.css'

/** The empty sheet, in the place of the one that comes. */
export function Opening() {
  return (
    <div className={styles.opening} aria-busy="true">
      <span className="unseen">Opening</span>
      <div className={styles.sheet} />
    </div>
  )
}
