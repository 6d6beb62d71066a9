import { numberOf, percentOf } from '../format/numbers.ts'
import styles from './Strip.module.css'

/** A part of an audience. */
export interface StripPart {
  readonly name: string
  readonly size: number
}

const RAMP = 5
/** More would be thinner than can be seen, and take the room of the others. */
const PARTS_MAX = 40

/**
 * An audience drawn as its segments, the largest first. Nothing known is a dashed outline, never an empty bar.
 * @param width_px of the drawing where a table has a column for it
 */
export function Strip({ parts, width_px }: { readonly parts: readonly StripPart[]; readonly width_px?: number }) {
  const known = parts.filter(({ size }) => size > 0).toSorted((one, other) => other.size - one.size)
  const total = known.reduce((sum, { size }) => sum + size, 0)
  const style = width_px === undefined ? undefined : { inlineSize: width_px }
  if (total === 0) {
    return <div role="img" aria-label="Sizes not known yet" className={styles.unknown} style={style} />
  }
  const drawn = known.length <= PARTS_MAX ? known : withRest(known)
  const shares = drawn.map(({ name, size }) => `${name} ${percentOf(size / total)}`).join(', ')
  return (
    <div role="img" aria-label={`Segments: ${shares}`} className={styles.strip} style={style}>
      {drawn.map(({ name, size }, at) => (
        <span
          key={`${at} ${name}`}
          className={styles[`ramp_${Math.min(at + 1, RAMP + 1)}`]}
          style={{ flexGrow: size }}
        />
      ))}
    </div>
  )
}

/** The smallest together are the last part. */
function withRest(parts: readonly StripPart[]): readonly StripPart[] {
  const rest = parts.slice(PARTS_MAX - 1)
  const size = rest.reduce((sum, part) => sum + part.size, 0)
  return [...parts.slice(0, PARTS_MAX - 1), { name: `${numberOf(rest.length)} others`, size }]
}
