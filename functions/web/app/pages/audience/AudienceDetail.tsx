import { ArchiveRestore, Ellipsis, History, Send, SquarePen } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'

import { offered } from '../../actions/action.ts'
import { useOffer } from '../../actions/offers.ts'
import { SetAside } from '../../aside/SetAside.tsx'
import { bringBackAudiences } from '../../audiences/change-audiences.ts'
import { ChangeFault } from '../../actions/ChangeFault.tsx'
import { useAudienceActions } from '../../audiences/use-audience-actions.ts'
import { askToSend } from '../../distributions/send-task.ts'
import { Page } from '../../frame/Page.tsx'
import { Button, ButtonLink, IconButton } from '../../parts/Button.tsx'
import { Menu } from '../../parts/Menu.tsx'
import { useClient, useRecords } from '../../store/hooks.ts'
import { isSameRecord } from '../../store/record-map.ts'
import type { Shown } from '../../store/records.ts'
import styles from './AudienceDetail.module.css'
import { AudienceFacts } from './AudienceFacts.tsx'
import { AudienceHead } from './AudienceHead.tsx'
import { CRUMBS } from './crumbs.ts'
import { Details } from './Details.tsx'
import { HistoryDrawer } from './HistoryDrawer.tsx'
import { OtherDetails } from './OtherDetails.tsx'
import { Segments } from './Segments.tsx'
import { SentTo } from './SentTo.tsx'
import { SizeOverTime } from './SizeOverTime.tsx'
import { Variables } from './Variables.tsx'

export function AudienceDetail({ shown }: { readonly shown: Shown<'audience'> }) {
  const { id, record } = shown
  const client = useClient()
  const page = useRef<HTMLDivElement>(null)
  const [has_history, setHistory] = useState(false)
  const [is_renaming, setRenaming] = useState(false)
  const { records } = useRecords('distribution')
  const distributions = useMemo(
    () =>
      records
        .filter(({ record: { audience_id } }) => isSameRecord('audience', audience_id, id))
        .toSorted((one, other) => (one.record.created_at < other.record.created_at ? 1 : -1)),
    [records, id],
  )
  const on_page = useMemo(() => ({ is_page: true, onRename: () => setRenaming(true) }), [])
  const actions = useAudienceActions(on_page)
  const offer = useMemo(
    () => ({
      title: `On “${shown.record.name}”`,
      items: [
        ...offered(actions, [shown]),
        {
          id: 'history',
          words: 'History',
          icon: History,
          keys: 'h',
          onSelect: () => setHistory((is_open) => !is_open),
        },
      ],
      within: page,
      is_page: true,
    }),
    [actions, shown],
  )
  useOffer(offer)
  const { status } = record
  return (
    <Page title={record.name} crumbs={CRUMBS}>
      <div ref={page} className={styles.page} data-has-history={has_history || undefined}>
        <ChangeFault />
        <SetAside entries={shown.aside} />
        <AudienceHead
          shown={shown}
          is_renaming={is_renaming}
          onRename={setRenaming}
          actions={
            <>
              <IconButton
                icon={History}
                label="History"
                kind="plain"
                is_on={has_history}
                aria-expanded={has_history}
                onClick={() => setHistory(!has_history)}
              />
              <Menu label={`Actions for ${record.name}`} items={offered(actions, [shown])}>
                {(trigger) => <IconButton icon={Ellipsis} label="Actions" kind="plain" {...trigger} />}
              </Menu>
              {status === 'draft' && (
                <ButtonLink kind="primary" icon={SquarePen} to="/new-audience" search={{ draft: id }}>
                  Go on in the builder
                </ButtonLink>
              )}
              {status === 'active' && (
                <Button kind="primary" icon={Send} onClick={() => askToSend({ audience_id: id })}>
                  Send to a platform
                </Button>
              )}
              {status === 'archived' && (
                <Button kind="primary" icon={ArchiveRestore} onClick={() => void bringBackAudiences(client, [shown])}>
                  Bring back
                </Button>
              )}
            </>
          }
        />
        <AudienceFacts audience={record} distributions={distributions} />
        <Segments audience={record} />
        <Details shown={shown} />
        <Variables audience={record} />
        <SentTo distributions={distributions} />
        <OtherDetails audience={record} />
        <SizeOverTime shown={shown} />
      </div>
      {has_history && <HistoryDrawer shown={shown} distributions={distributions} onClose={() => setHistory(false)} />}
    </Page>
  )
}
