import styles from './Mark.module.css'

/** The product's own mark: an audience as its segments, the largest first. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" width={24} height={24} aria-hidden className={styles.mark}>
      <rect x="2" y="3" width="20" height="5" rx="1.5" />
      <rect x="2" y="10" width="14" height="5" rx="1.5" />
      <rect x="2" y="17" width="8" height="5" rx="1.5" />
    </svg>
  )
}
