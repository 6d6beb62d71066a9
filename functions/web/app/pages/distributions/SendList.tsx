import { Link } from '@tanstack/react-router'
import { CircleCheck, SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'

import { clock } from '../../base/ports.ts'
import type { TypedQuery } from '../../base/use-typed-query.ts'
import { exactlyOf, momentOf } from '../../format/dates.ts'
import { DISTRIBUTION_STATUS } from '../../format/status.ts'
import { matchRateOf } from '../../format/words.ts'
import { Button, IconButton } from '../../parts/Button.tsx'
import { Checkbox } from '../../parts/Checkbox.tsx'
import { FilterChip } from '../../parts/Chip.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { PlatformTile } from '../../parts/PlatformTile.tsx'
import { Popover } from '../../parts/Popover.tsx'
import { SearchField } from '../../parts/SearchField.tsx'
import type { Shown } from '../../store/records.ts'
import { filterCount, searchOf, STATUSES, toggled, withoutFilters, type SendQuery } from './search.ts'
import styles from './SendList.module.css'
import { SendStatus } from './SendStatus.tsx'
import { momentOfSend, type Send } from './sends.ts'

const PAGE_LENGTH = 100

/** What was sent, the latest first, as far as the filters let it through. */
export function SendList({
  sends,
  query,
  current_id,
}: {
  readonly sends: readonly Send[]
  readonly query: SendQuery
  readonly current_id: string | undefined
}) {
  const [shown_max, setShownMax] = useState(PAGE_LENGTH)
  const now_ms = clock.nowMs()
  return (
    <>
      <ul className={styles.rows} aria-label="Sends">
        {sends.slice(0, shown_max).map((send) => (
          <li key={send.id}>
            <Link
              to="/distributions"
              search={searchOf({ ...query, id: send.id })}
              resetScroll={false}
              className={styles.row}
              aria-current={send.id === current_id ? 'true' : undefined}
            >
              <span className={styles.name} dir="auto">
                {send.audience_name}
              </span>
              <Line send={send} now_ms={now_ms} />
            </Link>
          </li>
        ))}
      </ul>
      {sends.length > shown_max && (
        <div className={styles.more}>
          <Button onClick={() => setShownMax(shown_max + PAGE_LENGTH)}>Show more</Button>
        </div>
      )}
    </>
  )
}

function Line({ send, now_ms }: { readonly send: Send; readonly now_ms: number }) {
  const { shown, platform_name, platform_type, match_rate } = send
  const { status } = shown.record
  const at = momentOfSend(shown)
  return (
    <span className={styles.line}>
      {platform_type && <PlatformTile type={platform_type} size="small" />}
      <span className={styles.where}>
        <bdi>{platform_name}</bdi> ·{' '}
        <time dateTime={at} title={exactlyOf(at)}>
          {momentOf(at, now_ms)}
        </time>
      </span>
      {status === 'completed' ? (
        <span className={match_rate === null ? styles.unknown : styles.rate}>
          {matchRateOf(match_rate)}
          <Icon of={CircleCheck} size={14} label="Completed" className={styles.done} />
        </span>
      ) : (
        <SendStatus send={send} />
      )}
    </span>
  )
}

interface ToolsProps extends TypedQuery<SendQuery> {
  readonly platforms: readonly Shown<'platform'>[]
}

/** The search, and the filters behind one button; those that are on are in sight. */
export function SendTools({ query, setQuery, setText, platforms }: ToolsProps) {
  const [is_open, setOpen] = useState(false)
  const count = filterCount({ ...query, q: '' })
  const nameOf = (id: string) => platforms.find((platform) => platform.id === id)?.record.name ?? 'another one'
  return (
    <>
      <div className={styles.tools}>
        <SearchField label="Audience or platform" value={query.q} onValue={setText} />
        <Popover
          is_open={is_open}
          onClose={() => setOpen(false)}
          trigger={
            <IconButton
              icon={SlidersHorizontal}
              kind="plain"
              label={count === 0 ? 'Filters' : `Filters: ${count} on`}
              is_on={count > 0}
              aria-expanded={is_open}
              onClick={() => setOpen(!is_open)}
            />
          }
        >
          <div className={styles.filters}>
            <fieldset className={styles.choices}>
              <legend>Status</legend>
              {STATUSES.map((status) => (
                <Checkbox
                  key={status}
                  label={DISTRIBUTION_STATUS[status].words}
                  checked={query.status.includes(status)}
                  onChange={() => setQuery({ ...query, status: toggled(query.status, status) })}
                />
              ))}
            </fieldset>
            {platforms.length > 0 && (
              <fieldset className={styles.choices}>
                <legend>Platform</legend>
                {platforms.map(({ id, record }) => (
                  <Checkbox
                    key={id}
                    label={record.name}
                    checked={query.platform.includes(id)}
                    onChange={() => setQuery({ ...query, platform: toggled(query.platform, id) })}
                  />
                ))}
              </fieldset>
            )}
          </div>
        </Popover>
      </div>
      {count > 0 && (
        <div className={styles.chips} role="group" aria-label="Filters that are on">
          {query.status.map((status) => (
            <FilterChip
              key={status}
              words={`Status: ${DISTRIBUTION_STATUS[status].words}`}
              onRemove={() => setQuery({ ...query, status: toggled(query.status, status) })}
            />
          ))}
          {query.platform.map((id) => (
            <FilterChip
              key={id}
              words={`Platform: ${nameOf(id)}`}
              onRemove={() => setQuery({ ...query, platform: toggled(query.platform, id) })}
            />
          ))}
          <Button kind="quiet" size="small" onClick={() => setQuery(withoutFilters(query))}>
            Clear filters
          </Button>
        </div>
      )}
    </>
  )
}
