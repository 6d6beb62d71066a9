import { sizeOf, type Audience } from '../store/records.ts'

/** Which segments of an audience are sent. Pure. */

export type SegmentId = Audience['segments'][number]['segment_id']

/** @param ids those to send; none: all of them @returns how many records they have; null: not known, as at the service */
export function sizeOfChosen(audience: Audience, ids: readonly SegmentId[]): number | null {
  if (ids.length === 0) return sizeOf(audience)
  const sizes = chosenOf(audience, ids).map(({ size }) => size)
  return sizes.every((size) => typeof size === 'number') ? sizes.reduce((sum, size) => sum + size, 0) : null
}

/** @param ids none: all of them */
function chosenOf({ segments }: Pick<Audience, 'segments'>, ids: readonly SegmentId[]): Audience['segments'] {
  return ids.length === 0 ? segments : segments.filter(({ segment_id }) => ids.includes(segment_id))
}

/** As a distribution keeps it: all of them are not named one by one, so that it is a send of the whole audience. */
export function sentIds({ segments }: Pick<Audience, 'segments'>, ids: readonly SegmentId[]): readonly SegmentId[] {
  return segments.every(({ segment_id }) => ids.includes(segment_id)) ? [] : ids
}
