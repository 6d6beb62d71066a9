import { changedAt, statusOf, type Shown } from '../store/records.ts'

/**
 * Audiences that the retention rule moved to the archive: nobody asked for it, so the next visit says it. A change by
 * anybody since then, such as bringing one back, takes it off the list.
 * @param since ISO 8601: those of earlier were told already
 */
export function archivedByRetention(all: readonly Shown<'audience'>[], since: string): readonly Shown<'audience'>[] {
  const archived = all.filter((audience) => statusOf(audience) === 'archived' && changedAt(audience) > since)
  return archived.filter(
    ({ record: { client_id, updated_by }, waiting }) => waiting === 0 && client_id === 'retention' && !updated_by,
  )
}
