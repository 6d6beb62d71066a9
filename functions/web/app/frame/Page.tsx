import type { ReactNode } from 'react'

import { ChangeFault } from '../actions/ChangeFault.tsx'
import { classes } from '../parts/classes.ts'
import { useHeading, type Crumb } from './heading.ts'
import styles from './Page.module.css'

/**
 * A page of the sheet. Its title stands in the top bar, on phones in the page. The first row has tabs and the page's
 * actions, the primary one last. The page of a record gives `crumbs`, shows the name itself as its `h1`, and itself says
 * what was not kept.
 */
export function Page({
  title,
  count,
  crumbs,
  tabs,
  sentence,
  actions,
  is_filling = false,
  children,
}: {
  readonly title: string
  readonly count?: string | undefined
  readonly crumbs?: readonly Crumb[]
  readonly tabs?: ReactNode
  /** Stands where tabs would, on a page without them. */
  readonly sentence?: ReactNode
  readonly actions?: ReactNode
  /** The page is as high as the sheet, and its parts scroll by themselves. */
  readonly is_filling?: boolean
  readonly children: ReactNode
}) {
  useHeading({ title, count, crumbs })
  const has_row = tabs !== undefined || sentence !== undefined || actions !== undefined
  return (
    <div className={classes(styles.page, is_filling && styles.filling)}>
      {!crumbs && (
        <div className={has_row ? styles.row : styles.phone_row}>
          <h1 className={styles.title}>{title}</h1>
          {tabs && <div className={styles.tabs}>{tabs}</div>}
          {sentence !== undefined && <p className={styles.sentence}>{sentence}</p>}
          {actions && <div className={styles.actions}>{actions}</div>}
        </div>
      )}
      {!crumbs && <ChangeFault />}
      {children}
    </div>
  )
}
