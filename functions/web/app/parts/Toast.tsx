import { useEffect, useState } from 'react'

import { useCell } from '../base/cell.ts'
import { clock } from '../base/ports.ts'
import { Icon } from './Icon.tsx'
import styles from './Toast.module.css'
import { followWay, toast, undoLast } from './toasts.ts'

const SHOWN_MS = 8_000

/** The place of the toast, bottom right. It stays while it is pointed at or focused. */
export function Toast() {
  const content = useCell(toast)
  const [is_held, setHeld] = useState(false)
  useEffect(() => {
    if (!content || is_held) return
    const ended = new AbortController()
    void clock.sleep(SHOWN_MS, ended.signal).then(() => {
      if (!ended.signal.aborted && toast.get() === content) toast.set(undefined)
    })
    return () => ended.abort()
  }, [content, is_held])
  return (
    <div role="status" className={styles.place} data-region={content ? true : undefined}>
      {content && (
        <div
          className={styles.toast}
          onPointerEnter={() => setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onFocus={() => setHeld(true)}
          onBlur={() => setHeld(false)}
        >
          {content.icon && <Icon of={content.icon} />}
          <span>{content.words}</span>
          {content.way && (
            <button type="button" className={styles.undo} onClick={() => followWay()}>
              {content.way.words}
            </button>
          )}
          {content.undo && (
            <button type="button" className={styles.undo} onClick={() => undoLast()}>
              {content.undo.words ?? 'Undo'}
            </button>
          )}
        </div>
      )}
    </div>
  )
}
