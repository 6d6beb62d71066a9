import { X } from 'lucide-react'
import { useMemo, useState, type SubmitEvent } from 'react'

import { isSameJson } from '#shared/base/same-json.ts'
import { countOf, numberOf } from '../format/numbers.ts'
import { Button } from '../parts/Button.tsx'
import { SuggestionChip } from '../parts/Chip.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { TextField } from '../parts/Field.tsx'
import { Icon } from '../parts/Icon.tsx'
import { useClient, useRecords } from '../store/hooks.ts'
import { tagsOf, type Shown } from '../store/records.ts'
import { retagAudiences } from './change-audiences.ts'
import { tagCounts } from './tag-counts.ts'
import styles from './TagsDialog.module.css'

const SUGGESTED_MAX = 8

/** Tags of one audience, or of some together: those that all have are shown; taking one away takes it from all. */
export function TagsDialog({
  subjects,
  onClose,
}: {
  readonly subjects: readonly Shown<'audience'>[]
  readonly onClose: () => void
}) {
  const client = useClient()
  const { records } = useRecords('audience')
  const before = useMemo(() => tagCounts(subjects), [subjects])
  const [removed, setRemoved] = useState<readonly string[]>([])
  const [added, setAdded] = useState<readonly string[]>([])
  const [text, setText] = useState('')
  const shown = [...before.map(([tag]) => tag).filter((tag) => !removed.includes(tag)), ...added]
  const suggested = tagCounts(records)
    .map(([tag]) => tag)
    .filter((tag) => !shown.includes(tag))
    .slice(0, SUGGESTED_MAX)
  const add = (tag: string) => {
    const wanted = tag.trim().normalize('NFC')
    setText('')
    if (wanted === '' || shown.includes(wanted)) return
    setRemoved(removed.filter((other) => other !== wanted))
    setAdded([...added, wanted])
  }
  const remove = (tag: string) => {
    setAdded(added.filter((other) => other !== tag))
    if (before.some(([other]) => other === tag)) setRemoved([...removed, tag])
  }
  const onAdd = (event: SubmitEvent) => {
    event.preventDefault()
    add(text)
  }
  const last = text.trim().normalize('NFC')
  const all_added = last === '' ? added : [...added, last]
  const edit = (tags: readonly string[]) => [
    ...new Set([...tags.filter((tag) => !removed.includes(tag.normalize('NFC'))), ...all_added]),
  ]
  const changed = subjects.filter(({ record }) => !isSameJson(edit(tagsOf(record)), tagsOf(record))).length
  const onSave = () => {
    onClose()
    void retagAudiences(client, subjects, { edit })
  }
  const who = subjects.length === 1 ? `“${subjects[0]!.record.name}”` : countOf(subjects.length, 'audience')
  return (
    <Dialog
      title={`Tags of ${who}`}
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="primary" onClick={onSave}>
            Save tags
          </Button>
        </>
      }
    >
      <ul className={styles.tags} aria-label="Tags">
        {shown.map((tag) => (
          <li key={tag} className={styles.tag}>
            <span dir="auto">{tag}</span>
            <PartOf tag={tag} before={before} total={subjects.length} />
            <button type="button" aria-label={`Take away the tag ${tag}`} onClick={() => remove(tag)}>
              <Icon of={X} size={14} />
            </button>
          </li>
        ))}
        {shown.length === 0 && <li className={styles.none}>No tags yet</li>}
      </ul>
      <form onSubmit={onAdd}>
        <TextField
          label="Add a tag"
          hint="Enter adds it"
          dir="auto"
          autoComplete="off"
          maxLength={200}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          data-begin
        />
      </form>
      {suggested.length > 0 && (
        <div className={styles.suggested} role="group" aria-label="Tags that you use">
          {suggested.map((tag) => (
            <SuggestionChip key={tag} onChoose={() => add(tag)}>
              {tag}
            </SuggestionChip>
          ))}
        </div>
      )}
      {subjects.length > 1 && (
        <p role="status" className={styles.none}>
          {countOf(changed, 'audience changes', 'audiences change')}
          {changed < subjects.length && `, ${numberOf(subjects.length - changed)} stay as they are`}.
        </p>
      )}
    </Dialog>
  )
}

/** "on 2 of 3": not all of them have it. */
function PartOf({
  tag,
  before,
  total,
}: {
  readonly tag: string
  readonly before: ReturnType<typeof tagCounts>
  readonly total: number
}) {
  const count = before.find(([other]) => other === tag)?.[1]
  return count === undefined || count === total ? null : (
    <span className={styles.part}>{`on ${count} of ${total}`}</span>
  )
}
