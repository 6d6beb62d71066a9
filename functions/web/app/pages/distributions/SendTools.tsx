import { SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'

import type { TypedQuery } from '../../base/use-typed-query.ts'
import { DISTRIBUTION_STATUS } from '../../format/status.ts'
import { Button, IconButton } from '../../parts/Button.tsx'
import { Checkbox } from '../../parts/Checkbox.tsx'
import { FilterChip } from '../../parts/Chip.tsx'
import { Select } from '../../parts/Field.tsx'
import { Popover } from '../../parts/Popover.tsx'
import { SearchField } from '../../parts/SearchField.tsx'
import { isSameRecord } from '../../store/record-map.ts'
import { filterCount, PERIODS, STATUSES, toggled, withoutFilters, type Period, type SendQuery } from './search.ts'
import type { SentPlatform } from './sends.ts'
import styles from './SendTools.module.css'

interface ToolsProps extends TypedQuery<SendQuery> {
  /** Also those that were deleted, as long as something that was sent to them is in the list. */
  readonly platforms: readonly SentPlatform[]
}

/** The search, and the filters behind one button; those that are on are in sight. */
export function SendTools({ query, setQuery, setText, platforms }: ToolsProps) {
  const [is_open, setOpen] = useState(false)
  const count = filterCount({ ...query, q: '' })
  const nameOf = (id: string) =>
    platforms.find((platform) => isSameRecord('platform', platform.id, id))?.words ?? 'another one'
  // An address may have an old id in its other spelling.
  const spelledAsOn = (id: string) => query.platform.find((on) => isSameRecord('platform', on, id)) ?? id
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
                {platforms.map(({ id, words }) => (
                  <Checkbox
                    key={id}
                    label={words}
                    checked={query.platform.includes(spelledAsOn(id))}
                    onChange={() => setQuery({ ...query, platform: toggled(query.platform, spelledAsOn(id)) })}
                  />
                ))}
              </fieldset>
            )}
            <Select
              label="When"
              value={query.period}
              onChange={({ currentTarget }) => setQuery({ ...query, period: currentTarget.value as Period })}
            >
              {Object.entries(PERIODS).map(([value, { words }]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </Select>
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
          {query.period !== '' && (
            <FilterChip
              words={`When: ${PERIODS[query.period].words}`}
              onRemove={() => setQuery({ ...query, period: '' })}
            />
          )}
          <Button kind="quiet" size="small" onClick={() => setQuery(withoutFilters(query))}>
            Clear filters
          </Button>
        </div>
      )}
    </>
  )
}
