import { Suspense, useDeferredValue, useMemo } from 'react'

import { RefusedCreations } from '../../aside/RefusedCreations.tsx'
import { useAllRead } from '../../audiences/use-all-read.ts'
import { audience_task } from '../../audiences/tasks.ts'
import { useDrafts } from '../../audiences/use-drafts.ts'
import { useCell } from '../../base/cell.ts'
import { countOf, numberOf } from '../../format/numbers.ts'
import { NotHereYet } from '../../frame/NotHereYet.tsx'
import { Page } from '../../frame/Page.tsx'
import { ButtonLink } from '../../parts/Button.tsx'
import { useRecords } from '../../store/hooks.ts'
import { FirstUse } from '../first-use/FirstUse.tsx'
import { SampleBanner } from '../first-use/SampleBanner.tsx'
import { sample_task } from '../first-use/sample-task.ts'
import { AudienceList } from './AudienceList.tsx'
import { DraftList } from './DraftList.tsx'
import { ListTabs } from './ListTabs.tsx'
import { FilterChips, ListTools } from './ListTools.tsx'
import { ListSkeleton } from './ListSkeleton.tsx'
import { NothingHere } from './NothingHere.tsx'
import { PageActions } from './PageActions.tsx'
import { RetentionBanner } from './RetentionBanner.tsx'
import { filterCount } from './search.ts'
import { useFirstLook } from './use-first-look.ts'
import { audiencesOfTab, countsOf, looksIntoAll, selectedAudiences, type AudienceCounts } from './select-audiences.ts'
import { useListQuery } from './use-list-query.ts'

/** Every audience: saved ones, drafts that only this device has, archived ones. What is shown stands in the address. */
export function SavedAudiences() {
  return (
    <Suspense fallback={<UnknownAudiences />}>
      <AudiencesPage />
    </Suspense>
  )
}

/** An address with a search is opened: nothing can be told before every audience is read. */
function UnknownAudiences() {
  const { query } = useListQuery()
  return (
    <Page title="Audiences" tabs={<ListTabs query={query} counts={undefined} draft_count={undefined} />}>
      <ListSkeleton view={query.view} />
    </Page>
  )
}

function AudiencesPage() {
  const known = useRecords('audience')
  // Neither typing nor a row of changes waits for the list.
  const { records, is_known } = useDeferredValue(known)
  const { query, setQuery, setText } = useListQuery()
  const [drafts, readDrafts] = useDrafts()
  const shown_query = useDeferredValue(query)
  const own_counts = useMemo(() => countsOf(records), [records])
  const of_tab = audiencesOfTab(records, shown_query.tab)
  // What was found before stays until all that is to be looked into is read: the query that is typed is ahead of it.
  useAllRead(of_tab, looksIntoAll(shown_query))
  const shown = useMemo(() => selectedAudiences(of_tab, shown_query), [of_tab, shown_query])
  const seen = { is_known, records, counts: own_counts, shown, draft_count: drafts?.length, query: shown_query }
  const look = useFirstLook(seen)
  const counts = look?.counts ?? own_counts
  const is_unknown = !look && !is_known && records.length === 0
  const { tab } = shown_query
  const is_adding_samples = useCell(sample_task).state === 'adding'
  const is_first_use = tab === 'saved' && !is_unknown && !look && (records.length === 0 || is_adding_samples)
  return (
    <Page
      title="Audiences"
      count={
        is_unknown || tab === 'drafts'
          ? undefined
          : filterCount(shown_query) > 0
            ? `${numberOf(shown.length)} of ${numberOf(of_tab.length)} match the filters`
            : countsInWords(counts)
      }
      tabs={
        is_first_use && !drafts?.length ? undefined : (
          <ListTabs
            query={query}
            counts={is_unknown ? undefined : counts}
            draft_count={drafts?.length ?? look?.draft_count}
          />
        )
      }
      actions={is_first_use ? undefined : <PageActions audiences={records} query={query} onQuery={setQuery} />}
    >
      <SampleBanner />
      {tab === 'saved' && <RefusedCreations noun="audience" correct={correctInBuilder} />}
      {(look || of_tab.length > 0) && !is_first_use && (
        <>
          <ListTools query={query} text={query.q} audiences={of_tab} onText={setText} onQuery={setQuery} />
          <FilterChips query={query} onQuery={setQuery} />
        </>
      )}
      {tab === 'saved' && !is_first_use && (
        <RetentionBanner audiences={records} onSee={() => setQuery({ ...query, tab: 'archived', sort: 'changed' })} />
      )}
      {tab === 'drafts' && drafts && <DraftList drafts={drafts} onChange={readDrafts} />}
      {tab !== 'drafts' && (look || shown.length > 0) && !is_first_use && (
        <AudienceList audiences={shown} look={look} query={shown_query} onQuery={setQuery} />
      )}
      {tab !== 'drafts' && shown.length === 0 && is_unknown && (
        <NotHereYet fault="Your audiences could not be loaded.">
          <ListSkeleton view={query.view} />
        </NotHereYet>
      )}
      {is_first_use && drafts && <FirstUse onImport={() => audience_task.set({ kind: 'import' })} />}
      {tab !== 'drafts' && shown.length === 0 && !look && !is_unknown && !is_first_use && (
        <NothingHere query={shown_query} of_tab_count={of_tab.length} counts={counts} onQuery={setQuery} />
      )}
    </Page>
  )
}

function correctInBuilder(id: string) {
  return (
    <ButtonLink size="small" to="/new-audience" search={{ draft: id }}>
      Correct it
    </ButtonLink>
  )
}

/** "122 active, 6 drafts". */
function countsInWords({ active, draft }: AudienceCounts): string | undefined {
  if (active + draft === 0) return undefined
  return draft === 0 ? `${numberOf(active)} active` : `${numberOf(active)} active, ${countOf(draft, 'draft')}`
}
