import styles from './panels.module.css'

const SHOWN_MAX = 5

/** What could not be taken, and why. */
export function LeftOut({ reasons }: { readonly reasons: readonly string[] }) {
  if (reasons.length === 0) return null
  const others = reasons.length - SHOWN_MAX
  return (
    <ul aria-label="What cannot be taken" className={styles.left_out}>
      {reasons.slice(0, SHOWN_MAX).map((reason) => (
        <li key={reason} dir="auto">
          {reason}
        </li>
      ))}
      {others > 0 && <li>and {others} more</li>}
    </ul>
  )
}
