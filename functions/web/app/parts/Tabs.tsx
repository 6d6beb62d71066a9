import { createLink, type LinkComponent } from '@tanstack/react-router'
import type { ComponentPropsWithRef, ReactNode } from 'react'

import styles from './Tabs.module.css'

/** Parts of a page, each with an address of its own: they are links, so Back and a bookmark lead to them. */
export function Tabs({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <nav aria-label={label} className={styles.tabs}>
      {children}
    </nav>
  )
}

interface TabAnchorProps extends Omit<ComponentPropsWithRef<'a'>, 'children'> {
  readonly words: string
  readonly count?: string | undefined
}

function TabAnchor({ words, count, ...rest }: TabAnchorProps) {
  return (
    <a {...rest} className={styles.tab}>
      {words}
      {count !== undefined && <span className={styles.count}>{count}</span>}
    </a>
  )
}

export const TabLink: LinkComponent<typeof TabAnchor> = createLink(TabAnchor)
