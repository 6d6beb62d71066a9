import { useNavigate, useSearch } from '@tanstack/react-router'
import { FileQuestionMark } from 'lucide-react'
import { useEffect, useState } from 'react'

import { idTimeMs } from '#shared/base/ids.ts'
import { Page } from '../../frame/Page.tsx'
import { ButtonLink } from '../../parts/Button.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { useClient } from '../../store/hooks.ts'
import { BuilderOf } from './BuilderOf.tsx'
import { CRUMBS } from './crumbs.ts'

/** Where an audience is made. Each draft has the id of its audience, so the address leads back to it. */
export function Builder() {
  const { draft: id, name } = useSearch({ from: '/new-audience' })
  const client = useClient()
  const navigate = useNavigate()
  // A draft that was saved and is taken up once more is opened as for the first time.
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (id !== undefined) return
    const search = { draft: client.newId('audience'), ...(name !== undefined && { name }) }
    void navigate({ to: '/new-audience', search, replace: true })
  }, [id, name, client, navigate])
  if (id === undefined) return null
  if (idTimeMs('aud', id) === undefined && !client.get('audience', id)) return <NoSuchDraft />
  return <BuilderOf key={`${id} ${round}`} id={id} name={name} onAgain={() => setRound(round + 1)} />
}

function NoSuchDraft() {
  const action = (
    <ButtonLink to="/new-audience" search={{}}>
      New audience
    </ButtonLink>
  )
  return (
    <Page title="New audience" crumbs={CRUMBS}>
      <EmptyState icon={FileQuestionMark} title="There is no such draft" action={action}>
        The address is not that of a draft. It may have been cut off.
      </EmptyState>
    </Page>
  )
}
