import { useState } from 'react'

import { PLATFORM_TYPES, type PlatformType } from '#shared/records/platform.ts'
import { PLATFORMS } from '../../format/words.ts'
import { Button } from '../../parts/Button.tsx'
import { Dialog } from '../../parts/Dialog.tsx'
import { TextField } from '../../parts/Field.tsx'
import { useClient } from '../../store/hooks.ts'
import styles from './AddPlatform.module.css'
import { addPlatform } from './connection.ts'
import { CREDENTIAL_FORMS } from './credential-forms.ts'
import { PlatformTile } from '../../parts/PlatformTile.tsx'

/** A new platform: which one, and what it is called here. Its keys are asked for on its row, once it is there. */
export function AddPlatform({
  type: given,
  onClose,
  onAdded,
}: {
  /** Undefined: it is asked for first. */
  readonly type: PlatformType | undefined
  readonly onClose: () => void
  readonly onAdded: (id: string) => void
}) {
  const [type, setType] = useState(given)
  if (!type) return <ChooseType onClose={onClose} onChoose={setType} />
  return <NameIt type={type} onClose={onClose} onAdded={onAdded} />
}

function ChooseType({
  onClose,
  onChoose,
}: {
  readonly onClose: () => void
  readonly onChoose: (type: PlatformType) => void
}) {
  return (
    <Dialog
      title="Which platform?"
      onClose={onClose}
      actions={
        <Button kind="quiet" onClick={onClose}>
          Cancel
        </Button>
      }
    >
      <ul className={styles.types}>
        {PLATFORM_TYPES.map((type) => (
          <li key={type}>
            <button type="button" className={styles.type} onClick={() => onChoose(type)}>
              <PlatformTile type={type} />
              <span className={styles.words}>
                <span className={styles.name}>{PLATFORMS[type].words}</span>
                <span className={styles.needs}>Needs {CREDENTIAL_FORMS[type].needs}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

function NameIt({
  type,
  onClose,
  onAdded,
}: {
  readonly type: PlatformType
  readonly onClose: () => void
  readonly onAdded: (id: string) => void
}) {
  const client = useClient()
  const { words } = PLATFORMS[type]
  const [name, setName] = useState<string>(words)
  const [error, setError] = useState<string>()
  const onAdd = async () => {
    const typed = name.trim()
    if (typed === '') return setError('Enter a name.')
    const outcome = await addPlatform(client, type, typed)
    if (outcome.ok) onAdded(outcome.id)
    else setError(outcome.words)
  }
  return (
    <Dialog
      title={`Add ${words}`}
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="primary" onClick={() => void onAdd()}>
            Add and enter keys
          </Button>
        </>
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void onAdd()
        }}
      >
        <TextField
          label="Name"
          hint="What you call this account, such as brand account or B2B launches."
          error={error}
          value={name}
          maxLength={200}
          dir="auto"
          autoComplete="off"
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
      </form>
    </Dialog>
  )
}
