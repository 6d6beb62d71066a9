import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

import { Icon } from './Icon.tsx'
import { Steps } from './Steps.tsx'
import styles from './WhatToDo.module.css'

/** Something that went wrong: what happened, what it means, and what to do, in steps. */
export function WhatToDo({
  title,
  children,
  steps,
  actions,
}: {
  readonly title: string
  /** What happened, and what it means. */
  readonly children: ReactNode
  readonly steps: readonly string[]
  readonly actions?: ReactNode
}) {
  return (
    <section className={styles.panel} aria-label={title}>
      <h2 className={styles.title}>
        <Icon of={TriangleAlert} />
        {title}
      </h2>
      {children}
      {steps.length > 0 && <Steps steps={steps} />}
      {actions && <div className={styles.actions}>{actions}</div>}
    </section>
  )
}
