import { Plus } from 'lucide-react'
import { Suspense, useMemo } from 'react'

import { isoTime } from '#shared/base/clock.ts'
import { useAllRead } from '../../audiences/use-all-read.ts'
import { clock } from '../../base/ports.ts'
import { weekdayOf, wholeMonthOf } from '../../format/dates.ts'
import { countOf, numberOf } from '../../format/numbers.ts'
import { UNKNOWN } from '../../format/words.ts'
import { Page } from '../../frame/Page.tsx'
import { ButtonLink } from '../../parts/Button.tsx'
import { Fact, Facts } from '../../parts/Facts.tsx'
import { Skeleton, WhileUnknown } from '../../parts/Skeleton.tsx'
import { useRecords } from '../../store/hooks.ts'
import type { Shown } from '../../store/records.ts'
import { type OverviewCounts, overviewCounts } from './counts.ts'
import { LastActivity } from './LastActivity.tsx'
import { MatchRates } from './MatchRates.tsx'
import { growthOf, type MonthOfRecords, recordsByMonth } from './months.ts'
import { NeedsYou } from './NeedsYou.tsx'
import styles from './Overview.module.css'
import { RecordsByMonth } from './RecordsByMonth.tsx'
import { needsInWords, useNeeds } from './use-needs.tsx'

/** What needs somebody first, then the counts, then what happened last. */
export function Overview() {
  const now_ms = clock.nowMs()
  const { records: audiences, is_known } = useRecords('audience')
  const needs = useNeeds()
  return (
    <Page
      title="Overview"
      count={weekdayOf(now_ms)}
      sentence={
        <strong className={styles.sentence}>
          {is_known ? needsInWords(needs.length) : 'Your data are being loaded'}
        </strong>
      }
      actions={
        <ButtonLink to="/new-audience" kind="primary" icon={Plus}>
          New audience
        </ButtonLink>
      }
    >
      {is_known ? (
        <Suspense fallback={<UnknownOverview />}>
          <NeedsYou needs={needs} />
          <Figures audiences={audiences} now_ms={now_ms} />
        </Suspense>
      ) : (
        <UnknownOverview />
      )}
    </Page>
  )
}

/** What is counted of all records. */
function Figures({ audiences, now_ms }: { readonly audiences: readonly Shown<'audience'>[]; readonly now_ms: number }) {
  const platforms = useRecords('platform').records
  const distributions = useRecords('distribution').records
  useAllRead(audiences)
  const [day = ''] = isoTime(now_ms).split('T')
  const month = day.slice(0, 7)
  const months = useMemo(() => recordsByMonth(audiences, Date.parse(day)), [audiences, day])
  const counts = useMemo(
    () => overviewCounts(audiences, platforms, distributions, month),
    [audiences, platforms, distributions, month],
  )
  return (
    <>
      <Counts counts={counts} months={months} />
      <div className={styles.charts}>
        <RecordsByMonth months={months} />
        <MatchRates platforms={platforms} distributions={distributions} />
      </div>
      <LastActivity audiences={audiences} distributions={distributions} now_ms={now_ms} />
    </>
  )
}

function Counts({
  counts: { audiences, records, unknown_sizes, sent, platforms },
  months,
}: {
  readonly counts: OverviewCounts
  readonly months: readonly MonthOfRecords[]
}) {
  return (
    <Facts>
      <Fact
        name="Audiences"
        value={numberOf(audiences.live)}
        context={`${countOf(audiences.drafts, 'draft')}, ${numberOf(audiences.archived)} archived`}
      />
      <Fact
        name="Records in active audiences"
        value={records === null ? UNKNOWN.size : numberOf(records)}
        is_unknown={records === null}
        context={unknown_sizes > 0 ? `${countOf(unknown_sizes, 'audience')} of unknown size` : growthInWords(months)}
      />
      <Fact
        name="Sent this month"
        value={sent.total === 0 ? UNKNOWN.sent : numberOf(sent.total)}
        is_unknown={sent.total === 0}
        context={
          sent.total === 0 ? undefined : `${sent.completed} completed, ${sent.running} running, ${sent.failed} failed`
        }
      />
      <Fact
        name="Platforms ready"
        value={platforms.total === 0 ? 'None connected yet' : `${platforms.connected} of ${platforms.total}`}
        is_unknown={platforms.total === 0}
        context={
          platforms.total === 0
            ? undefined
            : `${platforms.failing} ${platforms.failing === 1 ? 'needs' : 'need'} you, ${platforms.untested} not tested yet`
        }
      />
    </Facts>
  )
}

function growthInWords(months: readonly MonthOfRecords[]): string {
  const growth = growthOf(months)
  if (growth === null || growth.records === 0) return 'Of all active audiences'
  return `${numberOf(growth.records)} more than in ${wholeMonthOf(growth.since)}`
}

/** In the size of what comes. */
function UnknownOverview() {
  return (
    <WhileUnknown label="Your data are being loaded">
      <div className={styles.unknown}>
        <Facts>
          {['Audiences', 'Records in active audiences', 'Sent this month', 'Platforms ready'].map((name) => (
            <Fact
              key={name}
              name={name}
              value={<Skeleton width={120} height={24} />}
              context={<Skeleton width={160} height={20} />}
            />
          ))}
        </Facts>
        <div className={styles.charts}>
          <Skeleton width="100%" height={340} />
          <Skeleton width="100%" height={340} />
        </div>
      </div>
    </WhileUnknown>
  )
}
