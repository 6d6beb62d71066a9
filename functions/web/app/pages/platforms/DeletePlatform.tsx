import { useMemo, useState } from 'react'

import { clock } from '../../base/ports.ts'
import { NotKnownHere, UsageList } from '../../distributions/UsageList.tsx'
import { usesOf } from '../../distributions/usage.ts'
import { Button } from '../../parts/Button.tsx'
import { Dialog } from '../../parts/Dialog.tsx'
import { showToast } from '../../parts/toasts.ts'
import { useClient, useRecords } from '../../store/hooks.ts'
import type { Shown } from '../../store/records.ts'

/** Asked, since its keys cannot be brought back. */
export function DeletePlatform({
  platform: { id, record },
  onClose,
}: {
  readonly platform: Shown<'platform'>
  readonly onClose: () => void
}) {
  const client = useClient()
  const { records: audiences } = useRecords('audience')
  const { records: platforms } = useRecords('platform')
  const { records: distributions } = useRecords('distribution')
  const uses = useMemo(
    () => usesOf('platform', { audiences, platforms, distributions }, clock.nowMs()).get(id) ?? [],
    [id, audiences, platforms, distributions],
  )
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
      {uses.length > 0 && (
        <>
          <p>
            It is still used. What is due while it is deleted is cancelled, and nothing is sent to it again by itself.
          </p>
          <UsageList uses={uses} onGo={onClose} />
        </>
      )}
      <NotKnownHere />
      {fault !== undefined && <p role="alert">{fault}</p>}
    </Dialog>
  )
}
