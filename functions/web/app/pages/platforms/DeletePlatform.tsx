import { useState } from 'react'

import { Button } from '../../parts/Button.tsx'
import { Dialog } from '../../parts/Dialog.tsx'
import { showToast } from '../../parts/toasts.ts'
import { useClient } from '../../store/hooks.ts'
import type { Distribution, Shown } from '../../store/records.ts'
import { scheduledInWords } from './platform-facts.ts'

/** Asked, since its keys cannot be brought back. */
export function DeletePlatform({
  platform: { id, record },
  sends,
  onClose,
}: {
  readonly platform: Shown<'platform'>
  readonly sends: readonly Distribution[]
  readonly onClose: () => void
}) {
  const client = useClient()
  const scheduled = scheduledInWords(sends)
  const [fault, setFault] = useState<string>()
  const onDelete = async () => {
    const outcome = await client.delete('platform', id)
    if (!outcome.ok) return setFault(outcome.problem.message)
    onClose()
    showToast({
      words: `Deleted ${record.name}`,
      undo: {
        run: async () => {
          const undone = await client.restore('platform', id)
          if (!undone.ok) showToast({ words: `${record.name} did not come back: ${undone.problem.message}` })
        },
      },
    })
  }
  return (
    <Dialog
      title="Delete this platform?"
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            Keep it
          </Button>
          <Button kind="destructive" onClick={() => void onDelete()}>
            Delete platform
          </Button>
        </>
      }
    >
      <p>
        <strong dir="auto">{record.name}</strong>{' '}
        {record.credentials
          ? 'loses its keys for good. It can be brought back for 90 days, but its keys must then be entered again.'
          : 'can be brought back for 90 days.'}{' '}
        What was sent to it stays in the list of distributions.
      </p>
      {scheduled !== undefined && <p>{scheduled} for it. What is due while it is deleted is cancelled.</p>}
      {fault !== undefined && <p role="alert">{fault}</p>}
    </Dialog>
  )
}
