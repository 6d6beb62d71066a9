import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'

import { Cell, useCell } from '../base/cell.ts'
import styles from './Dock.module.css'

/** Where docks stand: under the page, which scrolls above it. The frame says where that is. */
const dock_place = new Cell<HTMLElement | null>(null)

export const setDockPlace = (place: HTMLElement | null): void => dock_place.set(place)

/** What stays at the foot of the sheet while a form is open: the way back at the left, its deeds at the right. */
export function Dock({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const place = useCell(dock_place)
  if (!place) return null
  return createPortal(
    <section aria-label={label} data-dock className={styles.dock}>
      {children}
    </section>,
    place,
  )
}
