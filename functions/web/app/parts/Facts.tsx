import type { CSSProperties, ReactNode } from 'react'

import styles from './Facts.module.css'

/** A few numbers side by side, each with its name and a line of context. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>
}

/** @param is_unknown a word stands for a number that nobody has yet: it is smaller, and never 0 */
export function Fact({
  name,
  value,
  context,
  is_unknown = false,
}: {
  readonly name: string
  readonly value: ReactNode
  readonly context?: ReactNode
  readonly is_unknown?: boolean
}) {
  return (
    <div className={styles.fact}>
      <dt className={styles.name}>{name}</dt>
      <dd className={is_unknown ? styles.unknown : styles.value} style={lengthOf(value)}>
        {value}
      </dd>
      {context !== undefined && <dd className={styles.context}>{context}</dd>}
    </div>
  )
}

interface WithLength extends CSSProperties {
  readonly '--length': number
}

/** A long number is set smaller where there is less room, and stays on one line. */
function lengthOf(value: ReactNode): WithLength | undefined {
  return typeof value === 'string' ? { '--length': value.length } : undefined
}
