import { ChartBarBig, Rows3 } from 'lucide-react'
import { useMemo, useState } from 'react'

import { numberOf, percentOf } from '../../format/numbers.ts'
import { UNKNOWN } from '../../format/words.ts'
import { Card, CardHead } from '../../parts/Card.tsx'
import { Segmented } from '../../parts/Segmented.tsx'
import type { Audience } from '../../store/records.ts'
import { segmentChart, type SegmentChart } from './segment-bars.ts'
import styles from './Segments.module.css'
import table_styles from './AudienceDetail.module.css'

const VIEWS = [
  { value: 'chart', words: 'Chart', icon: ChartBarBig },
  { value: 'table', words: 'Table', icon: Rows3 },
] as const

/** How large the segments are: as bars that read without colour, or as a table of the same numbers. */
export function Segments({ audience }: { readonly audience: Audience }) {
  const [view, setView] = useState<'chart' | 'table'>('chart')
  const chart = useMemo(() => segmentChart(audience.segments, audience.total_audience_size), [audience])
  return (
    <Card>
      <CardHead title="Segments">
        {chart.bars.length > 0 && <Segmented label="Segments as" choices={VIEWS} value={view} onValue={setView} />}
      </CardHead>
      {chart.bars.length === 0 ? (
        <p className={table_styles.nothing}>No segments yet</p>
      ) : view === 'chart' ? (
        <Bars chart={chart} />
      ) : (
        <SegmentTable chart={chart} audience={audience} />
      )}
    </Card>
  )
}

const RAMP = 5

function Bars({ chart: { bars, axis_max, ticks } }: { readonly chart: SegmentChart }) {
  return (
    <div>
      <div className={styles.head} aria-hidden>
        <span>Segment</span>
        <span className={styles.head_share}>Share of audience</span>
        <span className={styles.head_number}>Records</span>
        <span className={styles.head_number}>Share</span>
      </div>
      <ul aria-label="Segments by size" className={styles.bars}>
        {bars.map(({ id, name, size, share }, at) => (
          <li key={id} className={styles.row}>
            <span className={styles.name} dir="auto">
              {name}
            </span>
            <span className={styles.track} aria-hidden>
              {ticks.map((tick) => (
                <span key={tick} className={styles.tick} style={{ insetInlineStart: `${(tick / axis_max) * 100}%` }} />
              ))}
              {share === null ? (
                <span className={styles.dashed} />
              ) : (
                <span
                  className={styles.bar}
                  data-ramp={Math.min(at + 1, RAMP + 1)}
                  style={{ inlineSize: `${(share / axis_max) * 100}%` }}
                />
              )}
            </span>
            <span className={styles.records}>
              {size === null ? <span className={styles.unknown}>{UNKNOWN.size}</span> : numberOf(size)}
            </span>
            <span className={styles.share}>{share === null ? '' : percentOf(share)}</span>
          </li>
        ))}
      </ul>
      <div className={styles.axis} aria-hidden>
        <span className={styles.axis_line}>
          {ticks.map((tick, at) => (
            <span key={tick} className={styles.axis_mark} style={{ insetInlineStart: `${(tick / axis_max) * 100}%` }}>
              {numberOf(tick * 100)}
              {at === ticks.length - 1 && '\u00A0%'}
            </span>
          ))}
        </span>
      </div>
    </div>
  )
}

function SegmentTable({ chart: { bars }, audience }: { readonly chart: SegmentChart; readonly audience: Audience }) {
  return (
    <table className={table_styles.inner_table}>
      <caption className="unseen">Segments of {audience.name}</caption>
      <thead>
        <tr>
          <th scope="col">Segment</th>
          <th scope="col" className={table_styles.number}>
            Records
          </th>
          <th scope="col" className={table_styles.number}>
            Share
          </th>
        </tr>
      </thead>
      <tbody>
        {bars.map(({ id, name, size, share }) => (
          <tr key={id}>
            <th scope="row" dir="auto">
              {name}
            </th>
            <td className={table_styles.number}>
              {size === null ? <span className={table_styles.unknown}>{UNKNOWN.size}</span> : numberOf(size)}
            </td>
            <td className={table_styles.number}>
              {share === null ? <span className={table_styles.unknown}>Not known yet</span> : percentOf(share)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
