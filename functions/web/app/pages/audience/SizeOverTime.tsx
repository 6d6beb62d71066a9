import { useEffect, useMemo, useState } from 'react'

import type { ActivationClient } from '#shared/client/client.ts'
import type { AudienceInsights } from '#shared/contract/audience-insights.ts'
import { clock } from '../../base/ports.ts'
import { dayOf, exactlyOf, momentOf } from '../../format/dates.ts'
import { countOf, numberOf } from '../../format/numbers.ts'
import { isConnectionMissing, problemInWords } from '../../format/problem-words.ts'
import { matchRateOf, UNKNOWN } from '../../format/words.ts'
import { Button } from '../../parts/Button.tsx'
import { Card, CardHead } from '../../parts/Card.tsx'
import { ChartLegend, StackedBars, type ChartColor, type StackPart } from '../../parts/StackedBars.tsx'
import { useSession } from '../../session/use-session.ts'
import type { Shown } from '../../store/records.ts'
import { ChartOrTable } from '../../parts/ChartOrTable.tsx'
import styles from './AudienceDetail.module.css'
import { firstAndLast, sizeChart, type SizeChart } from './size-chart.ts'
import chart_styles from './SizeOverTime.module.css'

type Told =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly words: string }
  | { readonly state: 'told'; readonly insights: AudienceInsights }

/** How the audience grew, and what the platforms made of it. The past is with the service: offline that is said. */
export function SizeOverTime({ shown: { id, record } }: { readonly shown: Shown<'audience'> }) {
  const { client, account } = useSession()
  const [told, setTold] = useState<Told>({ state: 'loading' })
  const [is_table, setTable] = useState(false)
  const [tries, setTries] = useState(0)
  const is_there = account && record.version > 0
  const { version } = record
  useEffect(() => {
    if (!is_there) return
    const ended = new AbortController()
    void insightsOf(client, id, ended.signal).then((found) => {
      if (!ended.signal.aborted) setTold(found)
    })
    return () => ended.abort()
    // A newer version and another try are reasons to ask again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [client, id, version, is_there, tries])
  const chart = useMemo(() => (told.state === 'told' ? sizeChart(told.insights.sizes) : undefined), [told])
  const has_sizes = chart?.bars.some(({ total }) => total !== null) === true
  return (
    <Card aria-labelledby="size-over-time">
      <CardHead id="size-over-time" title="Size over time">
        {has_sizes && <ChartOrTable is_table={is_table} onChange={setTable} />}
      </CardHead>
      {!is_there ? (
        <p className={styles.nothing}>
          {account
            ? 'Its past begins when it is saved in your account.'
            : 'The past of an audience begins with an account.'}
        </p>
      ) : told.state === 'loading' ? (
        <p className={styles.nothing} role="status">
          Asking the service
        </p>
      ) : told.state === 'failed' ? (
        <>
          <p className={styles.nothing}>{told.words}</p>
          <p className={styles.more}>
            <Button size="small" onClick={() => setTries(tries + 1)}>
              Try again
            </Button>
          </p>
        </>
      ) : (
        chart && (
          <>
            {!has_sizes ? (
              <p className={styles.nothing}>{UNKNOWN.size}</p>
            ) : is_table ? (
              <SizeTable chart={chart} />
            ) : (
              <SizeBars chart={chart} />
            )}
            <Kept insights={told.insights} />
            <ByPlatform insights={told.insights} />
          </>
        )
      )}
    </Card>
  )
}

async function insightsOf(client: ActivationClient, audience_id: string, signal: AbortSignal): Promise<Told> {
  // The user waits for it: the button tries again.
  const result = await client.api.audiences.getInsightsOfAudience({ params: { audience_id }, signal, attempts_max: 2 })
  if (result.ok) return { state: 'told', insights: result.body }
  const { problem } = result
  const words = isConnectionMissing(problem)
    ? 'Earlier sizes are with the service, and need a connection. The size now is above.'
    : problemInWords(problem)
  return { state: 'failed', words }
}

const RAMP: readonly ChartColor[] = ['ramp-1', 'ramp-2', 'ramp-3', 'ramp-4', 'ramp-5']

function SizeBars({ chart }: { readonly chart: SizeChart }) {
  const { bars, segments } = chart
  const ends = firstAndLast(chart)
  const stack: readonly StackPart[] = [
    ...segments.map(({ id, name }, at) => ({ id: `segment ${id}`, words: name, color: RAMP[at] ?? 'line-control' })),
    { id: 'rest', words: segments.length === 0 ? 'Records' : 'The rest', color: 'line-control' },
  ]
  return (
    <>
      <ChartLegend stack={stack} />
      <StackedBars
        stack={stack}
        bars={bars.map(({ version, at, total, segments: sizes, others }) => ({
          id: String(version),
          label: at === null ? 'Earlier' : dayOf(at),
          total,
          sizes: [...sizes.map((size) => size ?? 0), others],
        }))}
        sentence={
          ends
            ? `Records by version: from ${numberOf(ends.first)} to ${numberOf(ends.last)} in ${countOf(bars.length, 'version')}.`
            : UNKNOWN.size
        }
        labels="ends"
        unknown_words={UNKNOWN.size}
      />
    </>
  )
}

function SizeTable({ chart: { bars, segments } }: { readonly chart: SizeChart }) {
  const now_ms = clock.nowMs()
  return (
    <div className={chart_styles.scroll}>
      <table className={styles.inner_table} aria-labelledby="size-over-time">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col" className={styles.number}>
              Records
            </th>
            {segments.map(({ id, name }) => (
              <th key={id} scope="col" className={styles.number} dir="auto">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bars.toReversed().map(({ version, at, total, segments: sizes }) => (
            <tr key={version}>
              <th scope="row">
                {version}
                <span className={styles.secondary} title={at === null ? undefined : exactlyOf(at)}>
                  {at === null ? 'Earlier' : momentOf(at, now_ms)}
                </span>
              </th>
              <td className={styles.number}>{sizeIn(total)}</td>
              {segments.map(({ id }, index) => (
                <td key={id} className={styles.number}>
                  {sizeIn(sizes[index] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function sizeIn(size: number | null) {
  return size === null ? <span className={styles.unknown}>Not known</span> : numberOf(size)
}

/** What the chart cannot show, because nobody kept it. */
function Kept({ insights: { kept_since_version, gap } }: { readonly insights: AudienceInsights }) {
  if (kept_since_version <= 1 && !gap) return null
  return (
    <p className={chart_styles.hint}>
      {gap ? 'What was before that is not recorded.' : `Sizes before version ${kept_since_version} are no longer kept.`}
    </p>
  )
}

/** Every platform that it was handed over to; one that has reported nothing says so, which is not 0 %. */
function ByPlatform({ insights: { platforms, platform_count } }: { readonly insights: AudienceInsights }) {
  if (platforms.length === 0) return null
  return (
    <>
      <table className={styles.inner_table}>
        <caption className={chart_styles.caption}>Hand-overs by platform</caption>
        <thead>
          <tr>
            <th scope="col">Platform</th>
            <th scope="col" className={styles.number}>
              Handed over
            </th>
            <th scope="col" className={`${styles.number} ${styles.wide_only}`}>
              Completed
            </th>
            <th scope="col" className={`${styles.number} ${styles.wide_only}`}>
              Matched
            </th>
            <th scope="col" className={styles.number}>
              Match rate, average
            </th>
          </tr>
        </thead>
        <tbody>
          {platforms.map(({ platform_id, platform_name, handed_over, completed, matched_records, match_rate }) => (
            <tr key={platform_id}>
              <th scope="row" className={styles.strong} dir="auto">
                {platform_name ?? 'A platform'}
              </th>
              <td className={styles.number}>{numberOf(handed_over)}</td>
              <td className={`${styles.number} ${styles.wide_only}`}>{numberOf(completed)}</td>
              <td className={`${styles.number} ${styles.wide_only}`}>
                {matched_records === null ? (
                  <span className={styles.unknown}>{UNKNOWN.match_rate}</span>
                ) : (
                  numberOf(matched_records)
                )}
              </td>
              <td className={styles.number}>
                {match_rate === null ? (
                  <span className={styles.unknown}>{UNKNOWN.match_rate}</span>
                ) : (
                  matchRateOf(match_rate)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {platform_count > platforms.length && (
        <p className={chart_styles.hint}>and {countOf(platform_count - platforms.length, 'other platform')}</p>
      )}
    </>
  )
}
