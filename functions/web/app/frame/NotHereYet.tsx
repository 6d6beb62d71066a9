import { CloudOff } from 'lucide-react'
import type { ReactNode } from 'react'

import { Button, ButtonLink } from '../parts/Button.tsx'
import { EmptyState } from '../parts/EmptyState.tsx'
import { useClient, useStatus } from '../store/hooks.ts'

/** What this device has not had yet: it is on its way, or it cannot come at the moment. */
export function NotHereYet({
  fault,
  children,
}: {
  /** Said when it cannot come: "Your audiences could not be loaded." */
  readonly fault: string
  /** Stands in its place while it is on its way. */
  readonly children: ReactNode
}) {
  const client = useClient()
  const { is_online, is_stuck, needs_sign_in } = useStatus()
  if (is_online !== false && !is_stuck && !needs_sign_in) return children
  return (
    <EmptyState
      icon={CloudOff}
      title="Not on this device yet"
      action={
        needs_sign_in ? (
          <ButtonLink to="/sign-in">Sign in</ButtonLink>
        ) : (
          <Button onClick={() => void client.syncNow().catch(() => undefined)}>Try now</Button>
        )
      }
    >
      {needs_sign_in
        ? 'Sign in, and what is in your account comes to this device.'
        : `${fault} It comes when the connection is back.`}
    </EmptyState>
  )
}
