import type { ReactNode } from 'react'

import { type StepId, stepOf } from '../model/steps.ts'
import styles from './StepHead.module.css'

/** The title of a step; at the other end where its content may come from. */
export function StepHead({ step, children }: { readonly step: StepId; readonly children?: ReactNode }) {
  const { title, lead } = stepOf(step)
  return (
    <div className={styles.head}>
      <div className={styles.words}>
        <h1 tabIndex={-1} className={styles.title}>
          {title}
        </h1>
        {lead !== '' && <p className={styles.lead}>{lead}</p>}
      </div>
      {children}
    </div>
  )
}
