import { useState } from 'react'

import { monthOf, yearMonthOf } from '../../format/dates.ts'
import { numberOf, shortNumberOf } from '../../format/numbers.ts'
import { DATA_TYPES } from '../../format/words.ts'
import { Card, CardHead } from '../../parts/Card.tsx'
import { HeadCell, NumberCell, Table } from '../../parts/Table.tsx'
import { ChartOrTable } from './ChartOrTable.tsx'
import styles from './Charts.module.css'
import { type MonthOfRecords, STACK, ticksUpTo } from './months.ts'

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
        <ul className={styles.legend}>
          {STACK.map((type) => (
            <li key={type}>
              <span aria-hidden className={styles[type]} />
              {DATA_TYPES[type].words}
            </li>
          ))}
        </ul>
      </div>
      {is_table ? <MonthsTable months={months} /> : <MonthsChart months={months} last={last} />}
    </Card>
  )
}

function MonthsChart({ months, last }: { readonly months: readonly MonthOfRecords[]; readonly last: MonthOfRecords }) {
  const ticks = ticksUpTo(Math.max(...months.map(({ total }) => total)))
  const top = ticks.at(-1) || 1
  const share = (value: number) => `${(value / top) * 100}%`
  const sentence = `Records in active audiences at the end of each month; ${numberOf(last.total)} in ${yearMonthOf(last.month)}.`
  return (
    <div role="img" aria-label={sentence} className={styles.chart}>
      <div className={styles.axis}>
        {ticks.map((tick) => (
          <span key={tick} style={{ insetBlockEnd: share(tick) }}>
            {shortNumberOf(tick)}
          </span>
        ))}
      </div>
      <div className={styles.plot}>
        {ticks.map((tick) => (
          <i key={tick} className={tick === 0 ? styles.zero : styles.line} style={{ insetBlockEnd: share(tick) }} />
        ))}
        {months.map((month) => (
          <div key={month.month} className={styles.bar} style={{ blockSize: share(month.total) }}>
            {month === last && month.total > 0 && <b className={styles.value}>{shortNumberOf(month.total)}</b>}
            {STACK.toReversed().map((type) => {
              const size = month.records[type]
              return size > 0 && <span key={type} className={styles[type]} style={{ flexGrow: size }} />
            })}
          </div>
        ))}
      </div>
      <div className={styles.months}>
        {months.map(({ month }) => (
          <span key={month}>{monthOf(month)}</span>
        ))}
      </div>
    </div>
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
