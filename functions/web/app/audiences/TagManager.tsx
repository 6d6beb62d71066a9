import { Pencil, Tags, Trash2 } from 'lucide-react'
import { useMemo, useRef, useState, type KeyboardEvent, type SubmitEvent } from 'react'

import { plain } from '../base/plain.ts'
import { countOf } from '../format/numbers.ts'
import { Button, IconButton } from '../parts/Button.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { EmptyState } from '../parts/EmptyState.tsx'
import { TextField } from '../parts/Field.tsx'
import { SearchField } from '../parts/SearchField.tsx'
import { useClient, useRecords } from '../store/hooks.ts'
import { tagsOf, type Shown } from '../store/records.ts'
import { retagAudiences, type Retagging } from './change-audiences.ts'
import { tagCounts } from './tag-counts.ts'
import styles from './TagManager.module.css'
import { DELETED_KEEP_TAGS, hasTag, withoutTag, withTagRenamed } from './tags.ts'
import { useTagFollower } from './use-tag-follower.ts'

/** From so many on the list has a search. */
const SEARCHED_MIN = 8

type Subjects = readonly Shown<'audience'>[]

/** Every tag of this account: each is renamed, merged into another one, or removed, on all audiences that have it. */
export function TagManager({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const { records } = useRecords('audience')
  const [text, setText] = useState('')
  const [renamed, setRenamed] = useState<string>()
  const list = useRef<HTMLUListElement>(null)
  const tags = useMemo(() => tagCounts(records), [records])
  const shown = tags.filter(([tag]) => plain(tag).includes(plain(text)))
  const follow = useTagFollower()
  const retag = async (tag: string, edit: Retagging['edit'], deed: string) => {
    let goBack = () => {}
    const onUndo = () => goBack()
    const is_gone = await retagAudiences(client, having(records, tag), { edit, deed, onUndo })
    // Where some still have it, the filter has its use.
    if (is_gone) goBack = follow(edit)
  }
  const onRemove = (tag: string) => {
    void retag(tag, (own) => withoutTag(own, tag), `Removed “${tag}” from`)
    list.current?.focus()
  }
  // What had the focus goes with its row.
  const closeRow = () => {
    setRenamed(undefined)
    list.current?.focus()
  }
  const onRename = (from: string, to: string) => {
    closeRow()
    const words = isMerge(tags, from, to) ? `Merged “${from}” into “${to}” on` : `Renamed “${from}” to “${to}” on`
    void retag(from, (own) => withTagRenamed(own, from, to), words)
  }
  return (
    <Dialog title="Tags" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      {tags.length === 0 ? (
        <EmptyState icon={Tags} title="No audience has a tag yet">
          Give the first one on the page of an audience, or to several that you have selected.
        </EmptyState>
      ) : (
        <>
          <p className={styles.hint}>
            A change is made on all audiences that have the tag, archived ones too. {DELETED_KEEP_TAGS}
          </p>
          {tags.length >= SEARCHED_MIN && <SearchField label="Search tags" value={text} onValue={setText} />}
          <ul ref={list} tabIndex={-1} className={styles.tags} aria-label="Tags">
            {shown.map(([tag, count]) =>
              renamed === tag ? (
                <RenameRow key={tag} tag={tag} tags={tags} records={records} onRename={onRename} onCancel={closeRow} />
              ) : (
                <li key={tag} className={styles.tag}>
                  <span dir="auto" className={styles.name}>
                    {tag}
                  </span>
                  <span className={styles.about}>
                    <span className={styles.count}>{countOf(count, 'audience')}</span>
                    <IconButton icon={Pencil} label={`Rename ${tag}`} size="small" onClick={() => setRenamed(tag)} />
                    <IconButton icon={Trash2} label={`Remove ${tag}`} size="small" onClick={() => onRemove(tag)} />
                  </span>
                </li>
              ),
            )}
          </ul>
          {shown.length === 0 && <p className={styles.hint}>No tag has “{text}” in it.</p>}
        </>
      )}
    </Dialog>
  )
}

function RenameRow({
  tag,
  tags,
  records,
  onRename,
  onCancel,
}: {
  readonly tag: string
  readonly tags: ReturnType<typeof tagCounts>
  readonly records: Subjects
  readonly onRename: (from: string, to: string) => void
  readonly onCancel: () => void
}) {
  const [text, setText] = useState(tag)
  const wanted = text.trim().normalize('NFC')
  const is_merge = isMerge(tags, tag, wanted)
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    if (wanted === '' || wanted === tag) onCancel()
    else onRename(tag, wanted)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    onCancel()
  }
  return (
    <li>
      <form className={styles.rename} onSubmit={onSubmit}>
        <TextField
          label={`New name of ${tag}`}
          is_label_unseen
          hint={
            is_merge
              ? `“${wanted}” is there already: both become one tag, on ${countOf(havingAny(records, tag, wanted), 'audience')}.`
              : `On ${countOf(having(records, tag).length, 'audience')}`
          }
          dir="auto"
          autoComplete="off"
          maxLength={200}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={onKeyDown}
          ref={selectOnce}
          className={styles.field}
        />
        <Button kind="primary" type="submit">
          {is_merge ? 'Merge' : 'Rename'}
        </Button>
        <Button kind="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </form>
    </li>
  )
}

function isMerge(tags: ReturnType<typeof tagCounts>, from: string, to: string): boolean {
  return to !== from && tags.some(([tag]) => tag === to)
}

function having(records: Subjects, tag: string): Subjects {
  return records.filter(({ record }) => hasTag(tagsOf(record), tag))
}

function havingAny(records: Subjects, ...tags: readonly string[]): number {
  return records.filter(({ record }) => tags.some((tag) => hasTag(tagsOf(record), tag))).length
}

/** When it comes, not with every key. */
function selectOnce(field: HTMLInputElement | null): void {
  field?.select()
}
