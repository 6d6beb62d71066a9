import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'

import { Cell, useCell } from '../base/cell.ts'
import { SHORT, useMedia } from '../base/media.ts'
import styles from './Dock.module.css'

/** Where docks stand: under the page, which scrolls above it. The frame says where that is. */
const dock_place = new Cell<HTMLElement | null>(null)

export const setDockPlace = (place: HTMLElement | null): void => dock_place.set(place)

/**
 * What stays at the foot of the sheet while a form is open: the way back at the left, its deeds at the right. In a short
 * window it ends the page and scrolls with it.
 */
export function Dock({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const place = useCell(dock_place)
  const is_short = useMedia(SHORT)
  if (!place) return null
  const dock = (
    <section aria-label={label} data-dock={is_short ? 'page' : 'sheet'} className={styles.dock}>
      {children}
    </section>
  )
  return is_short ? dock : createPortal(dock, place)
}
