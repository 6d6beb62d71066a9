import { useState, type SubmitEvent } from 'react'

import { NAME_LENGTH_MAX } from '#shared/records/fields.ts'
import { Button } from '../parts/Button.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { TextField } from '../parts/Field.tsx'
import { useClient } from '../store/hooks.ts'
import type { Shown } from '../store/records.ts'
import { renameAudience } from './change-audiences.ts'
import { nameFault } from './name-fault.ts'

export function RenameDialog({
  subject,
  onClose,
}: {
  readonly subject: Shown<'audience'>
  readonly onClose: () => void
}) {
  const client = useClient()
  const [name, setName] = useState(subject.record.name)
  const [fault, setFault] = useState<string>()
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault()
    const wrong = nameFault(name)
    if (wrong !== undefined) return setFault(wrong)
    const outcome = await renameAudience(client, subject, name.trim())
    if (outcome.ok) onClose()
    else setFault(outcome.problem.message)
  }
  return (
    <Dialog
      title="Rename this audience"
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" form="rename">
            Rename
          </Button>
        </>
      }
    >
      <form id="rename" onSubmit={(event) => void onSubmit(event)}>
        <TextField
          label="Name"
          hint={`Up to ${NAME_LENGTH_MAX} characters`}
          error={fault}
          dir="auto"
          autoComplete="off"
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          ref={selectOnce}
        />
      </form>
    </Dialog>
  )
}

/** When it comes, not with every key. */
function selectOnce(field: HTMLInputElement | null): void {
  field?.select()
}
