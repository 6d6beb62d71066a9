import { Trash2 } from 'lucide-react'

import { Page } from '../../frame/Page.tsx'
import { Button } from '../../parts/Button.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { useClient } from '../../store/hooks.ts'
import { CRUMBS } from './crumbs.ts'

/** A draft that was deleted, and the way to have it again. */
export function DeletedDraft({ id, name }: { readonly id: string; readonly name: string }) {
  const client = useClient()
  const action = <Button onClick={() => void client.restore('audience', id)}>Bring it back</Button>
  return (
    <Page title={name} crumbs={CRUMBS}>
      <EmptyState icon={Trash2} title="This audience is gone" action={action}>
        “{name}” was deleted here or on another device.
      </EmptyState>
    </Page>
  )
}
