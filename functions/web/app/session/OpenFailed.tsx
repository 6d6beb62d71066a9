import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'

import { rescuedData, startOver } from '#shared/client/rescue.ts'
import { StorageError } from '#shared/client/storage.ts'
import { ports } from '../base/ports.ts'
import { saveDataFile } from '../frame/download-data.ts'
import { Button } from '../parts/Button.tsx'
import { EmptyState } from '../parts/EmptyState.tsx'
import type { AccountFacts } from './account.ts'
import styles from './OpenFailed.module.css'

/** Why the app cannot begin, and the ways on: again, what was not sent as a file, or to start over. */
export function OpenFailed({ error, account }: { readonly error: unknown; readonly account: AccountFacts | null }) {
  const [told, setTold] = useState<string>()
  const [has_asked, setAsked] = useState(false)
  const is_storage = error instanceof StorageError
  const identity = account && { issuer: account.issuer, user_id: account.user_id, owner: account.user_id }
  const onRescue = async () => {
    try {
      const file = await rescuedData(ports, identity)
      saveDataFile(file)
      setTold(`The file with ${file.unsent.length} unsent changes is in your downloads.`)
    } catch {
      setTold('Nothing could be read here.')
    }
  }
  const onStartOver = async () => {
    if (!has_asked) return setAsked(true)
    try {
      await startOver(ports, identity)
      location.reload()
    } catch {
      setTold('The data could not be removed. Close the other tabs of this app, then try again.')
    }
  }
  return (
    <main className={styles.failed}>
      <EmptyState
        icon={TriangleAlert}
        title={is_storage ? 'Your data on this device could not be opened' : 'The service could not be reached'}
        action={
          <span className={styles.actions}>
            <Button kind="primary" onClick={() => location.reload()}>
              Try again
            </Button>
            {is_storage && <Button onClick={() => void onRescue()}>Download what was not sent</Button>}
            {is_storage && (
              <Button kind={has_asked ? 'destructive' : 'plain'} onClick={() => void onStartOver()}>
                {has_asked ? 'Remove and start over' : 'Start over'}
              </Button>
            )}
          </span>
        }
      >
        {wordsOf(error)}
        {has_asked && ' Starting over removes what is on this device; what your account has comes back.'}
      </EmptyState>
      <p role="status">{told}</p>
    </main>
  )
}

function wordsOf(error: unknown): string {
  if (!(error instanceof StorageError)) {
    return 'This browser was never told where the service is, and it does not answer now. Check your connection.'
  }
  switch (error.kind) {
    case 'newer-version':
      return 'A newer version of this app has changed them. Reload this page to get that version.'
    case 'blocked':
      return 'Another tab of this app does not let them go. Close it, then try again.'
    case 'full':
      return 'This device has no room left. Make room, then try again.'
    default:
      return 'This browser does not give them out. Private windows and strict settings may forbid it.'
  }
}
