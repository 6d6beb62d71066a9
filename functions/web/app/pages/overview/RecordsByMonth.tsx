import { useState } from 'react'

import { monthOf, yearMonthOf } from '../../format/dates.ts'
import { numberOf } from '../../format/numbers.ts'
import { DATA_TYPES } from '../../format/words.ts'
import { Card, CardHead } from '../../parts/Card.tsx'
import { ChartOrTable } from '../../parts/ChartOrTable.tsx'
import { ChartLegend, StackedBars, type StackPart } from '../../parts/StackedBars.tsx'
import { HeadCell, NumberCell, Table } from '../../parts/Table.tsx'
import styles from './Charts.module.css'
import { type MonthOfRecords, STACK } from './months.ts'

const COLORS = { first_party: 'chart-1', third_party: 'chart-2', clean_room: 'chart-3' } as const
const TYPES: readonly StackPart[] = STACK.map((id) => ({ id, words: DATA_TYPES[id].words, color: COLORS[id] }))

/** How the records in active audiences grew, by type: as bars, or the same numbers as a table. */
export function RecordsByMonth({ months }: { readonly months: readonly MonthOfRecords[] }) {
  const [is_table, setTable] = useState(false)
  const [first, last] = [months[0], months.at(-1)]
  if (!first || !last) return null
  return (
    <Card aria-labelledby="records-by-month">
      <CardHead id="records-by-month" title="Records by month">
        <ChartOrTable is_table={is_table} onChange={setTable} />
      </CardHead>
      <div className={styles.about}>
        <p>
          Active audiences, {yearMonthOf(first.month)} to {yearMonthOf(last.month)}
        </p>
        <ChartLegend stack={TYPES} />
      </div>
      {is_table ? <MonthsTable months={months} /> : <MonthsChart months={months} last={last} />}
    </Card>
  )
}

function MonthsChart({ months, last }: { readonly months: readonly MonthOfRecords[]; readonly last: MonthOfRecords }) {
  return (
    <StackedBars
      stack={TYPES}
      bars={months.map(({ month, records, total }) => ({
        id: month,
        label: monthOf(month),
        total,
        sizes: STACK.map((type) => records[type]),
      }))}
      sentence={`Records in active audiences at the end of each month; ${numberOf(last.total)} in ${yearMonthOf(last.month)}.`}
      labels="each"
    />
  )
}

function MonthsTable({ months }: { readonly months: readonly MonthOfRecords[] }) {
  return (
    <Table aria-labelledby="records-by-month" className={styles.table}>
      <thead>
        <tr>
          <HeadCell>Month</HeadCell>
          {STACK.map((type) => (
            <HeadCell key={type} is_number>
              {DATA_TYPES[type].words}
            </HeadCell>
          ))}
          <HeadCell is_number>Together</HeadCell>
        </tr>
      </thead>
      <tbody>
        {months.toReversed().map(({ month, records, total }) => (
          <tr key={month}>
            <td>{yearMonthOf(month)}</td>
            {STACK.map((type) => (
              <NumberCell key={type}>{numberOf(records[type])}</NumberCell>
            ))}
            <NumberCell>{numberOf(total)}</NumberCell>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
