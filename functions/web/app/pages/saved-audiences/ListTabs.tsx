import { numberOf } from '../../format/numbers.ts'
import { TabLink, Tabs } from '../../parts/Tabs.tsx'
import { searchOf, type ListQuery, type Tab } from './search.ts'
import type { AudienceCounts } from './select-audiences.ts'

/** Saved, drafts of this device, archived. A tab keeps order and view; filters belong to the one they were chosen in. */
export function ListTabs({
  query,
  counts,
  draft_count,
}: {
  readonly query: ListQuery
  /** Undefined: not known yet. */
  readonly counts: AudienceCounts | undefined
  readonly draft_count: number | undefined
}) {
  const tabs: readonly (readonly [tab: Tab, words: string, count: number | undefined])[] = [
    ['saved', 'Saved', counts && counts.active + counts.draft],
    ['drafts', 'Drafts on this device', draft_count],
    ['archived', 'Archived', counts?.archived],
  ]
  const { sort, view } = query
  return (
    <Tabs label="Kinds of audiences">
      {tabs.map(([tab, words, count]) => (
        <TabLink
          key={tab}
          to="/saved-audiences"
          search={searchOf({ tab, q: '', status: [], type: [], tag: [], sort, view })}
          aria-current={query.tab === tab ? 'page' : undefined}
          words={words}
          count={count === undefined ? '' : numberOf(count)}
        />
      ))}
    </Tabs>
  )
}
