import type { StripPart } from '../../parts/Strip.tsx'
import type { Audience } from '../../store/records.ts'

/** An audience as the parts that its strip draws; one without segments is a single part. */
export function stripParts({ name, segments, total_audience_size }: Audience): readonly StripPart[] {
  const parts = segments.flatMap(({ segment_id, name: segment, size }) =>
    typeof size === 'number' ? [{ name: segment ?? `Segment ${segment_id}`, size }] : [],
  )
  return parts.length === 0 && total_audience_size !== null ? [{ name, size: total_audience_size }] : parts
}
