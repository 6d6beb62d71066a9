import { useMemo } from 'react'

import { timeZoneHere } from '../base/time-zone.ts'
import { Select, TextField } from '../parts/Field.tsx'
import { instantOf, scheduleInWords, type TypedTime } from './schedule.ts'
import styles from './ScheduleFields.module.css'
import { offsetInWords, placeOf, timeZoneGroups, wallTimeAt } from './time-zones.ts'

/** When a send goes: day, time and time zone, and in words which instant that is. */
export function ScheduleFields({
  typed,
  onTyped,
  now_ms,
}: {
  readonly typed: TypedTime
  readonly onTyped: (typed: TypedTime) => void
  readonly now_ms: number
}) {
  const planned = instantOf(typed, now_ms)
  const { time_zone } = typed
  return (
    <div className={styles.schedule}>
      <div className={styles.time}>
        <TextField
          type="date"
          label="Day"
          min={wallTimeAt(now_ms, time_zone).date}
          value={typed.date}
          onChange={({ currentTarget }) => onTyped({ ...typed, date: currentTarget.value })}
        />
        <TextField
          type="time"
          label="Time"
          value={typed.time}
          error={planned.ok ? undefined : planned.fault}
          onChange={({ currentTarget }) => onTyped({ ...typed, time: currentTarget.value })}
        />
      </div>
      {planned.ok && planned.twice && (
        <Select
          label="Which of the two"
          hint={`Clocks in ${placeOf(time_zone)} show ${typed.time} twice on that day.`}
          value={typed.is_second ? 'second' : 'first'}
          onChange={({ currentTarget }) => onTyped({ ...typed, is_second: currentTarget.value === 'second' })}
        >
          <option value="first">The first, {offsetInWords(planned.twice[0], time_zone)}</option>
          <option value="second">The second, {offsetInWords(planned.twice[1], time_zone)}</option>
        </Select>
      )}
      <ZoneSelect value={time_zone} onValue={(other) => onTyped({ ...typed, time_zone: other })} />
      {planned.ok && <p className={styles.words}>Goes {scheduleInWords(planned.instant, now_ms, time_zone)}.</p>}
    </div>
  )
}

function ZoneSelect({ value, onValue }: { readonly value: string; readonly onValue: (time_zone: string) => void }) {
  const here = timeZoneHere()
  const groups = useMemo(() => timeZoneGroups(), [])
  const first = [...new Set([value, here, 'UTC'])]
  return (
    <Select label="Time zone" value={value} onChange={({ currentTarget }) => onValue(currentTarget.value)}>
      {first.map((name) => (
        <option key={name} value={name}>
          {name === here ? `${placeOf(name)}, as this device` : placeOf(name)}
        </option>
      ))}
      {[...groups].map(([region, names]) => (
        <optgroup key={region} label={region}>
          {names
            .filter((name) => !first.includes(name))
            .map((name) => (
              <option key={name} value={name}>
                {placeOf(name)}
              </option>
            ))}
        </optgroup>
      ))}
    </Select>
  )
}
