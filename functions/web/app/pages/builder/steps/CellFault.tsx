import { CircleAlert } from 'lucide-react'

import { Icon } from '../../../parts/Icon.tsx'
import cells from './cells.module.css'

/** What is wrong with a field of a table, under it. */
export function CellFault({ field, words }: { readonly field: string; readonly words: string | undefined }) {
  if (words === undefined) return null
  return (
    <span id={`${field}-fault`} className={cells.fault}>
      <Icon of={CircleAlert} size={14} />
      {words}
    </span>
  )
}
