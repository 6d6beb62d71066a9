import { countOf, numberOf } from '../format/numbers.ts'
import { UNKNOWN } from '../format/words.ts'
import { Checkbox } from '../parts/Checkbox.tsx'
import { Segmented } from '../parts/Segmented.tsx'
import type { Audience } from '../store/records.ts'
import { sizeOfChosen, type SegmentId } from './chosen-segments.ts'
import styles from './SegmentChoice.module.css'

const WHICH = [
  { value: 'all', words: 'All segments' },
  { value: 'some', words: 'Some' },
] as const

/** Which segments are sent, with their sizes. @param chosen undefined: all of them, also those that come later */
export function SegmentChoice({
  audience,
  chosen,
  onChosen,
}: {
  readonly audience: Audience
  readonly chosen: readonly SegmentId[] | undefined
  readonly onChosen: (chosen: readonly SegmentId[] | undefined) => void
}) {
  const { segments } = audience
  const ids = segments.map(({ segment_id }) => segment_id)
  return (
    <div className={styles.choice}>
      <Segmented
        label="Segments"
        choices={WHICH}
        value={chosen ? 'some' : 'all'}
        onValue={(which) => onChosen(which === 'all' ? undefined : ids)}
      />
      {chosen && (
        <fieldset className={styles.list}>
          <legend className="unseen">Segments to send</legend>
          <p className={styles.row}>
            <Checkbox
              label={`${chosen.length} of ${countOf(segments.length, 'segment')}`}
              checked={chosen.length === segments.length}
              is_partly={chosen.length > 0 && chosen.length < segments.length}
              onChange={() => onChosen(chosen.length === segments.length ? [] : ids)}
            />
            <Size of={chosen.length === 0 ? 0 : sizeOfChosen(audience, chosen)} />
          </p>
          <ul className={styles.segments}>
            {segments.map(({ segment_id, name, size }) => (
              <li key={String(segment_id)} className={styles.row}>
                <Checkbox
                  label={name ?? `Segment ${segment_id}`}
                  className={styles.name}
                  checked={chosen.includes(segment_id)}
                  onChange={({ currentTarget: { checked } }) =>
                    onChosen(ids.filter((id) => (id === segment_id ? checked : chosen.includes(id))))
                  }
                />
                <Size of={size ?? null} />
              </li>
            ))}
          </ul>
        </fieldset>
      )}
    </div>
  )
}

function Size({ of }: { readonly of: number | null }) {
  return of === null ? (
    <span className={styles.unknown}>{UNKNOWN.size}</span>
  ) : (
    <span className={styles.size}>{numberOf(of)}</span>
  )
}
