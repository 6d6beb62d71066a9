import { useParams } from '@tanstack/react-router'
import { FileQuestionMark, Trash2 } from 'lucide-react'

import { ChangeFault } from '../../actions/ChangeFault.tsx'
import { change_fault } from '../../actions/change-fault.ts'
import { clock } from '../../base/ports.ts'
import { momentWithin } from '../../format/dates.ts'
import { NotHereYet } from '../../frame/NotHereYet.tsx'
import { Page } from '../../frame/Page.tsx'
import { Button, ButtonLink } from '../../parts/Button.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { useClient, useRecord } from '../../store/hooks.ts'
import type { Shown } from '../../store/records.ts'
import { AudienceDetail } from './AudienceDetail.tsx'
import { CRUMBS } from './crumbs.ts'
import { DetailSkeleton } from './DetailSkeleton.tsx'

/** One audience: everything that was saved of it, or why there is nothing to show. */
export function AudiencePage() {
  const { id } = useParams({ from: '/audience/$id' })
  const { shown, is_known } = useRecord('audience', id)
  if (shown && !shown.is_deleted) return <AudienceDetail key={shown.id} shown={shown} />
  if (shown) return <Deleted shown={shown} />
  if (is_known) return <NoSuchAudience />
  return (
    <Page title="Audience" crumbs={CRUMBS}>
      <h1 className="unseen">Audience</h1>
      <NotHereYet fault="The audience could not be loaded.">
        <DetailSkeleton />
      </NotHereYet>
    </Page>
  )
}

/** Deleted, here or on another device: it can be brought back for a while. */
function Deleted({ shown }: { readonly shown: Shown<'audience'> }) {
  const client = useClient()
  const { record } = shown
  // Of a record that was deleted elsewhere and never shown here only the id came.
  const name = typeof record.name === 'string' ? record.name : 'This audience'
  const onBringBack = async () => {
    const outcome = await client.restore('audience', shown.id)
    change_fault.set(outcome.ok ? undefined : outcome.problem.message)
  }
  return (
    <Page title={name} crumbs={CRUMBS}>
      <ChangeFault />
      <h1 className="unseen">{name}</h1>
      <EmptyState
        icon={Trash2}
        title="This audience is gone"
        action={
          <>
            <Button onClick={() => void onBringBack()}>Bring it back</Button>
            <ButtonLink kind="quiet" to="/saved-audiences">
              To your audiences
            </ButtonLink>
          </>
        }
      >
        “<bdi>{name}</bdi>” was deleted
        {shown.waiting === 0 &&
          typeof record.updated_at === 'string' &&
          ` ${momentWithin(record.updated_at, clock.nowMs())}`}
        . It can be brought back for 90 days.
      </EmptyState>
    </Page>
  )
}

function NoSuchAudience() {
  return (
    <Page title="No such audience" crumbs={CRUMBS}>
      <h1 className="unseen">No such audience</h1>
      <EmptyState
        icon={FileQuestionMark}
        title="There is no such audience"
        action={<ButtonLink to="/saved-audiences">To your audiences</ButtonLink>}
      >
        It may have been deleted more than 90 days ago, or belong to another account.
      </EmptyState>
    </Page>
  )
}
