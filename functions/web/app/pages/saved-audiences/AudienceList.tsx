import { memo, useMemo } from 'react'

import { handOversOf } from '../../audiences/hand-overs.ts'
import { useAudienceActions } from '../../audiences/use-audience-actions.ts'
import { useRecords } from '../../store/hooks.ts'
import { RecordMap } from '../../store/record-map.ts'
import { AudienceCards } from './AudienceCards.tsx'
import { AudienceTable } from './AudienceTable.tsx'
import { BulkBar } from './BulkBar.tsx'
import type { ListLook } from './first-look.ts'
import type { ListQuery } from './search.ts'
import type { ShownAudience } from './select-audiences.ts'
import { useSelection } from './use-selection.ts'

/**
 * The audiences that match, as cards or as a table, with what can be done to one or some of them. A key in the search draws it
 * when something else matches.
 */
export const AudienceList = memo(function AudienceList({
  audiences,
  look,
  query,
  onQuery,
}: {
  readonly audiences: readonly ShownAudience[]
  /** Stands in their place until they are there. */
  readonly look?: ListLook | undefined
  readonly query: ListQuery
  readonly onQuery: (query: ListQuery) => void
}) {
  const { records: distributions } = useRecords('distribution')
  const hand_overs = useMemo(
    () => (look ? new RecordMap('audience', look.hand_overs) : handOversOf(distributions)),
    [look, distributions],
  )
  const actions = useAudienceActions()
  const selection = useSelection(audiences)
  const view = {
    audiences: look?.audiences ?? audiences,
    count: look ? look.counts.active + look.counts.draft : audiences.length,
    hand_overs,
    actions,
    selection,
    label: query.tab === 'archived' ? 'Archived audiences' : 'Saved audiences',
  }
  return (
    <>
      {query.view === 'cards' ? (
        <AudienceCards {...view} />
      ) : (
        <AudienceTable {...view} sort={query.sort} onSort={(sort) => onQuery({ ...query, sort })} />
      )}
      <BulkBar actions={actions} selection={selection} />
    </>
  )
})
