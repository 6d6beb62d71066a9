import { X } from 'lucide-react'
import { useId, useRef, useState, type KeyboardEvent } from 'react'

import { Field } from '../../../parts/Field.tsx'
import { Icon } from '../../../parts/Icon.tsx'
import { LENGTHS } from '../model/checks.ts'
import styles from './TagField.module.css'

interface TagFieldProps {
  readonly tags: readonly string[]
  /** Tags of other audiences. */
  readonly known: readonly string[]
  readonly onTags: (edit: (tags: readonly string[]) => readonly string[]) => void
}

/** Tags as chips. Enter or a comma adds one, Backspace in the empty field takes the last one away. */
export function TagField({ tags, known, onTags }: TagFieldProps) {
  const [text, setText] = useState('')
  const list_id = useId()
  const input = useRef<HTMLInputElement>(null)
  const add = (typed: string) => {
    const added = typed
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean)
    onTags((before) => [...new Set([...before, ...added])])
    setText('')
  }
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && text.trim() !== '') {
      event.preventDefault()
      add(text)
    }
    if (event.key === 'Backspace' && text === '') onTags((before) => before.slice(0, -1))
  }
  const remove = (tag: string) => {
    onTags((before) => before.filter((one) => one !== tag))
    input.current?.focus()
  }
  return (
    <div className={styles.tags}>
      <Field label="Tags" hint="Enter adds one">
        {(control) => (
          <input
            {...control}
            ref={input}
            type="text"
            name="tag"
            dir="auto"
            autoComplete="off"
            placeholder="Add a tag"
            list={list_id}
            maxLength={LENGTHS.tag}
            value={text}
            onChange={({ currentTarget: { value } }) => (value.includes(',') ? add(value) : setText(value))}
            onKeyDown={onKey}
            onBlur={() => text.trim() !== '' && add(text)}
          />
        )}
      </Field>
      <datalist id={list_id}>
        {known.map((tag) => (
          <option key={tag}>{tag}</option>
        ))}
      </datalist>
      {tags.length > 0 && (
        <ul aria-label="Tags" className={styles.chips}>
          {tags.map((tag) => (
            <li key={tag} className={styles.chip}>
              <span dir="auto">{tag}</span>
              <button type="button" aria-label={`Remove the tag ${tag}`} onClick={() => remove(tag)}>
                <Icon of={X} size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
