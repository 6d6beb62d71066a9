import { FileQuestionMark, TriangleAlert } from 'lucide-react'
import { useEffect } from 'react'

import { Button, ButtonLink } from '../parts/Button.tsx'
import { EmptyState } from '../parts/EmptyState.tsx'
import { opened } from '../session/session.ts'
import { Page } from './Page.tsx'

/** A page that could not be shown. The data are safe: they lie in the client, not in the page. */
export function PageFailed({ error }: { readonly error: unknown }) {
  useEffect(() => {
    opened().client.noteError(error instanceof Error ? error.name : typeof error)
  }, [error])
  return (
    <Page title="Something went wrong">
      <EmptyState
        icon={TriangleAlert}
        title="This page could not be shown"
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      >
        What you saved is safe on this device. Reload the page; without a connection it may not be on this device yet.
      </EmptyState>
    </Page>
  )
}

export function PageMissing() {
  return (
    <Page title="No such page">
      <EmptyState
        icon={FileQuestionMark}
        title="There is no page at this address"
        action={<ButtonLink to="/">Go to the overview</ButtonLink>}
      >
        The address may have been cut off, or be of an older version.
      </EmptyState>
    </Page>
  )
}
