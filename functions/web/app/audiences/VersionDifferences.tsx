import type { Difference } from './differences.ts'
import styles from './VersionDifferences.module.css'

/** Each field with both of its values; a string says why they cannot be had. @param words of the two states */
export function VersionDifferences({
  of,
  words: [one, other] = ['Before', 'After'],
}: {
  readonly of: readonly Difference[] | string | undefined
  readonly words?: readonly [string, string]
}) {
  if (of === undefined) return null
  if (typeof of === 'string') return <p className={styles.fault}>{of}</p>
  if (of.length === 0) return <p className={styles.hint}>Only details that are not shown.</p>
  return (
    <div className={styles.differences}>
      {of.map(({ label, before, after }, at) => (
        <div key={at}>
          <p className={styles.label} dir="auto">
            {label}
          </p>
          <dl className={styles.difference}>
            <dt>{one}</dt>
            <dd dir="auto">{before === null ? <span className={styles.nothing}>Nothing</span> : <s>{before}</s>}</dd>
            <dt>{other}</dt>
            <dd dir="auto">{after === null ? <span className={styles.nothing}>Nothing</span> : <b>{after}</b>}</dd>
          </dl>
        </div>
      ))}
    </div>
  )
}
