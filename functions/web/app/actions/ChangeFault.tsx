import { TriangleAlert } from 'lucide-react'

import { useCell } from '../base/cell.ts'
import { Banner } from '../parts/Banner.tsx'
import { change_fault } from './change-fault.ts'

/** Why the last change was not kept, above the page that shows what it is about. */
export function ChangeFault() {
  const fault = useCell(change_fault)
  if (fault === undefined) return null
  return (
    <Banner tone="failure" icon={TriangleAlert} onClose={() => change_fault.set(undefined)}>
      {fault}
    </Banner>
  )
}
