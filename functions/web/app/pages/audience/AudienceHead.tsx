import { Pencil } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode, type SubmitEvent } from 'react'

import { nameFault } from '../../audiences/name-fault.ts'
import { renameAudience } from '../../audiences/change-audiences.ts'
import { clock } from '../../base/ports.ts'
import { exactlyOf, momentWithin } from '../../format/dates.ts'
import { dataTypeOf } from '../../format/words.ts'
import { Button, IconButton } from '../../parts/Button.tsx'
import { Chip } from '../../parts/Chip.tsx'
import { TextField } from '../../parts/Field.tsx'
import { StatusWord } from '../../parts/StatusWord.tsx'
import { useClient } from '../../store/hooks.ts'
import { isSample, type Shown } from '../../store/records.ts'
import styles from './AudienceDetail.module.css'

/** Status, version and name; the name is edited where it stands. */
export function AudienceHead({
  shown,
  is_renaming,
  onRename,
  actions,
}: {
  readonly shown: Shown<'audience'>
  readonly is_renaming: boolean
  readonly onRename: (is_renaming: boolean) => void
  readonly actions: ReactNode
}) {
  const { record } = shown
  const heading = useRef<HTMLHeadingElement>(null)
  const was_renaming = useRef(false)
  // The field has gone with the focus: it stays on the record, where its keys act.
  useEffect(() => {
    if (was_renaming.current && !is_renaming && document.activeElement === document.body) heading.current?.focus()
    was_renaming.current = is_renaming
  }, [is_renaming])
  return (
    <div className={styles.head}>
      <div className={styles.about}>
        <p className={styles.line}>
          <StatusWord noun="audience" status={record.status} />
          <span title={exactlyOf(record.updated_at)}>
            {dataTypeOf(record.data_type).words} · {versionInWords(record.version)} · changed{' '}
            {momentWithin(record.updated_at, clock.nowMs())}
          </span>
          {isSample(record) && <Chip tone="sample">Sample</Chip>}
        </p>
        {is_renaming ? (
          <>
            <h1 className="unseen">{record.name}</h1>
            <RenameInPlace shown={shown} onDone={() => onRename(false)} />
          </>
        ) : (
          <div className={styles.name_row}>
            <h1 ref={heading} tabIndex={-1} className={styles.name} dir="auto">
              {record.name}
            </h1>
            <IconButton icon={Pencil} label="Rename" size="small" onClick={() => onRename(true)} />
          </div>
        )}
      </div>
      <div className={styles.actions}>{actions}</div>
    </div>
  )
}

/** A record that the service has not seen yet has no version. */
function versionInWords(version: number): string {
  return version === 0 ? 'not sent yet' : `version ${version}`
}

function RenameInPlace({ shown, onDone }: { readonly shown: Shown<'audience'>; readonly onDone: () => void }) {
  const client = useClient()
  const [name, setName] = useState(shown.record.name)
  const [fault, setFault] = useState<string>()
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault()
    const wrong = nameFault(name)
    if (wrong !== undefined) return setFault(wrong)
    const outcome = await renameAudience(client, shown, name.trim())
    if (outcome.ok) onDone()
    else setFault(outcome.problem.message)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    onDone()
  }
  return (
    <form className={styles.rename} onSubmit={(event) => void onSubmit(event)}>
      <TextField
        label="Name"
        is_label_unseen
        error={fault}
        dir="auto"
        autoComplete="off"
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        onKeyDown={onKeyDown}
        ref={selectOnce}
      />
      <Button kind="primary" type="submit">
        Rename
      </Button>
      <Button kind="quiet" onClick={onDone}>
        Cancel
      </Button>
    </form>
  )
}

/** When it comes, not with every key. */
function selectOnce(field: HTMLInputElement | null): void {
  field?.select()
}
