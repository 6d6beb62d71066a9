import { useState } from 'react'

import { REFRESHES } from '../../format/words.ts'
import { Button } from '../../parts/Button.tsx'
import { Dialog } from '../../parts/Dialog.tsx'
import { Select, TextField } from '../../parts/Field.tsx'
import { useClient } from '../../store/hooks.ts'
import type { Shown } from '../../store/records.ts'
import styles from './EditPlatform.module.css'
import { settingsOf, typedSettings, type Refresh, type TypedSettings } from './platform-settings.ts'

/** The name of a platform, and what sends to it go by. It works offline. */
export function EditPlatform({
  platform: { id, record },
  onClose,
}: {
  readonly platform: Shown<'platform'>
  readonly onClose: () => void
}) {
  const client = useClient()
  const [typed, setTyped] = useState(() => typedSettings(record))
  const [errors, setErrors] = useState<Partial<Record<keyof TypedSettings, string>>>({})
  const [fault, setFault] = useState<string>()
  const onSave = async () => {
    const read = settingsOf(typed)
    if (!read.ok) return setErrors(read.errors)
    const outcome = await client.change('platform', id, { set: read.set })
    if (outcome.ok) onClose()
    else setFault(outcome.problem.message)
  }
  return (
    <Dialog
      title="Name and settings"
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="primary" onClick={() => void onSave()}>
            Save settings
          </Button>
        </>
      }
    >
      <form
        noValidate
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          void onSave()
        }}
      >
        <TextField
          label="Name"
          error={errors.name}
          value={typed.name}
          maxLength={200}
          dir="auto"
          autoComplete="off"
          onChange={({ currentTarget }) => setTyped({ ...typed, name: currentTarget.value })}
        />
        <TextField
          label="Expected match rate, per cent (optional)"
          hint="An estimate until the platform reports a rate of its own."
          error={errors.match_percent}
          value={typed.match_percent}
          inputMode="decimal"
          autoComplete="off"
          onChange={({ currentTarget }) => setTyped({ ...typed, match_percent: currentTarget.value })}
        />
        <Select
          label="Refresh sent audiences"
          hint="We hand over again what was completed here, as the audience is then."
          value={typed.refresh}
          onChange={({ currentTarget }) => setTyped({ ...typed, refresh: currentTarget.value as Refresh })}
        >
          {Object.entries(REFRESHES).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
        {fault !== undefined && <p role="alert">{fault}</p>}
      </form>
    </Dialog>
  )
}
