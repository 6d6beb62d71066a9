import { FileQuestionMark, SearchX, Send as SendIcon } from 'lucide-react'
import { useMemo, useRef, type ReactNode } from 'react'

import { ChangeFault } from '../../actions/ChangeFault.tsx'
import { useMedia, WIDE } from '../../base/media.ts'
import { clock } from '../../base/ports.ts'
import { askToSend } from '../../distributions/send-task.ts'
import { countOf, numberOf } from '../../format/numbers.ts'
import type { Crumb } from '../../frame/heading.ts'
import { NotHereYet } from '../../frame/NotHereYet.tsx'
import { Page } from '../../frame/Page.tsx'
import { Button, ButtonLink } from '../../parts/Button.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { Skeleton, WhileUnknown } from '../../parts/Skeleton.tsx'
import { isSameRecord } from '../../store/record-map.ts'
import { useAside, useRecords } from '../../store/hooks.ts'
import styles from './Distributions.module.css'
import { filterCount, withoutFilters } from './search.ts'
import { SendList } from './SendList.tsx'
import { SendRecord } from './SendRecord.tsx'
import { SendTools } from './SendTools.tsx'
import { refusedSends, selectSends, sendsOf, sentPlatforms } from './sends.ts'
import { useSendQuery } from './use-send-query.ts'

const CRUMBS: readonly Crumb[] = [{ words: 'Distributions', to: '/distributions' }]

/** What was sent where, and beside the list one of them; where there is no room for both, it is a screen of its own. */
export function Distributions() {
  const { records, is_known } = useRecords('distribution')
  const { records: audiences } = useRecords('audience')
  const { records: platforms } = useRecords('platform')
  const is_wide = useMedia(WIDE)
  const scroller = useRef<HTMLDivElement>(null)
  const address = useSendQuery()
  const { query, setQuery } = address
  const aside = useAside()
  const sends = useMemo(
    () => sendsOf([...records, ...refusedSends(aside)], audiences, platforms),
    [records, aside, audiences, platforms],
  )
  const listed = useMemo(() => selectSends(sends, query, clock.nowMs()), [sends, query])
  const chosen = sends.find(({ id }) => isSameRecord('distribution', id, query.id))
  const current = chosen ?? (is_wide && query.id === '' ? listed[0] : undefined)
  const send_button = (
    <Button kind={is_wide && sends.length > 0 ? 'plain' : 'primary'} icon={SendIcon} onClick={() => askToSend({})}>
      Send an audience
    </Button>
  )
  const not_here = (
    <NotHereYet fault="Your distributions could not be loaded.">
      <WhileUnknown label="Your distributions are being loaded">
        <Skeleton width="100%" height={240} />
      </WhileUnknown>
    </NotHereYet>
  )
  if (sends.length === 0 && !is_known && is_wide) {
    return (
      <Page title="All sends" crumbs={CRUMBS} is_filling>
        <div className={styles.beside}>
          <div className={styles.list}>
            <div className={styles.tools}>
              <div className={styles.list_head}>
                <h1 className={styles.list_title}>All sends</h1>
                {send_button}
              </div>
              {not_here}
            </div>
          </div>
        </div>
      </Page>
    )
  }
  if (sends.length === 0) {
    return (
      <Page title="Distributions" actions={send_button}>
        {is_known ? (
          <EmptyState
            icon={SendIcon}
            title="Nothing was sent yet"
            action={<ButtonLink to="/saved-audiences">See the audiences</ButtonLink>}
          >
            A distribution is an audience that was handed over to a platform, with what the platform reported.
          </EmptyState>
        ) : (
          not_here
        )}
      </Page>
    )
  }
  const rows =
    listed.length === 0 ? (
      <EmptyState
        icon={SearchX}
        title="Nothing matches"
        action={<Button onClick={() => setQuery(withoutFilters(query))}>Clear filters</Button>}
      >
        {countOf(filterCount(query), 'filter is', 'filters are')} on, the search among them.
      </EmptyState>
    ) : (
      <SendList sends={listed} query={query} current_id={current?.id} scroller={is_wide ? scroller : undefined} />
    )
  const tools = <SendTools {...address} platforms={sentPlatforms(sends, platforms)} />
  const record = current ? <SendRecord key={current.id} send={current} /> : query.id !== '' && <Missing />
  if (!is_wide) {
    return record ? (
      <RecordPage title={current?.audience_name ?? 'No such distribution'}>{record}</RecordPage>
    ) : (
      <Page title="Distributions" count={numberOf(listed.length)} actions={send_button}>
        {tools}
        {listed.length === 0 ? rows : <div className={styles.rows}>{rows}</div>}
      </Page>
    )
  }
  const title = current ? `${current.audience_name} to ${current.platform_name}` : 'All sends'
  return (
    <Page title={title} crumbs={CRUMBS} is_filling>
      <div className={styles.beside}>
        <div className={styles.list}>
          <div className={styles.tools}>
            <div className={styles.list_head}>
              <h2 className={styles.list_title}>
                All sends <span className={styles.count}>{numberOf(listed.length)}</span>
              </h2>
              {send_button}
            </div>
            {tools}
          </div>
          {listed.length === 0 ? (
            <div className={styles.tools}>{rows}</div>
          ) : (
            <div ref={scroller} className={styles.scrolling}>
              {rows}
            </div>
          )}
        </div>
        <div className={styles.record}>
          <ChangeFault />
          {record || <h1 className="unseen">All sends</h1>}
        </div>
      </div>
    </Page>
  )
}

function RecordPage({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Page title={title} crumbs={CRUMBS}>
      <ChangeFault />
      {children}
    </Page>
  )
}

function Missing() {
  return (
    <>
      <h1 className="unseen">No such distribution</h1>
      <EmptyState
        icon={FileQuestionMark}
        title="There is no such distribution"
        action={<ButtonLink to="/distributions">All sends</ButtonLink>}
      >
        It may have been deleted, or belong to another account.
      </EmptyState>
    </>
  )
}
