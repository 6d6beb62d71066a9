import { RouterProvider } from '@tanstack/react-router'

import { useCell } from './base/cell.ts'
import { router } from './router.tsx'
import { Opening } from './session/Opening.tsx'
import { OpenFailed } from './session/OpenFailed.tsx'
import { session } from './session/session.ts'
import { ClientContext } from './store/hooks.ts'

export function App() {
  const state = useCell(session)
  if (state.state === 'opening') return <Opening />
  if (state.state === 'failed') return <OpenFailed {...state} />
  return (
    <ClientContext value={state.client}>
      <RouterProvider router={router} />
    </ClientContext>
  )
}
