import { ChartColumn, Table2 } from 'lucide-react'

import { Button } from './Button.tsx'

/** Each chart has the same numbers as a table. */
export function ChartOrTable({
  is_table,
  onChange,
}: {
  readonly is_table: boolean
  readonly onChange: (is_table: boolean) => void
}) {
  return (
    <Button kind="quiet" size="small" icon={is_table ? ChartColumn : Table2} onClick={() => onChange(!is_table)}>
      {is_table ? 'Chart' : 'Table'}
    </Button>
  )
}
