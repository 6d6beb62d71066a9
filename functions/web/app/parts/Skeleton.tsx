import { useEffect, useState, type ReactNode } from 'react'

import { clock } from '../base/ports.ts'
import styles from './Skeleton.module.css'

const SHOWN_AFTER_MS = 150

/** A block in the exact place and size of what comes. */
export function Skeleton({ width, height }: { readonly width: number | string; readonly height: number }) {
  return <span className={styles.skeleton} style={{ inlineSize: width, blockSize: height }} />
}

/** Keeps the place of its blocks, and shows them only when nothing has come for a moment. */
export function WhileUnknown({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const [is_shown, setShown] = useState(false)
  useEffect(() => {
    const ended = new AbortController()
    void clock.sleep(SHOWN_AFTER_MS, ended.signal).then(() => {
      if (!ended.signal.aborted) setShown(true)
    })
    return () => ended.abort()
  }, [])
  return (
    <div className={is_shown ? undefined : styles.covered} aria-busy="true">
      <span className="unseen">{label}</span>
      <div aria-hidden>{children}</div>
    </div>
  )
}
