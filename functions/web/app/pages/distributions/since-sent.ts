import { isObject } from '#shared/base/is-object.ts'
import type { AudienceSnapshot } from '#shared/records/distribution.ts'
import { differencesOf, type Difference } from '../../audiences/differences.ts'
import type { Audience, Distribution } from '../../store/records.ts'

/** What has changed of an audience since it was sent, of the segments that were sent. Pure. */
export function changesSinceSent(
  { segments_distributed: ids }: Pick<Distribution, 'segments_distributed'>,
  snapshot: AudienceSnapshot,
  audience: Audience,
): readonly Difference[] {
  if (ids.length === 0) return differencesOf({ ...snapshot }, { ...audience })
  const sent = (segments: readonly unknown[]) =>
    segments.filter((segment) => isObject(segment) && ids.some((id) => id === segment['segment_id']))
  // Not its size, which is that of all its segments.
  const { data_type, selected_variables } = snapshot
  return differencesOf(
    { data_type, selected_variables, segments: sent(snapshot.segments) },
    { ...audience, segments: sent(audience.segments) },
  )
}
