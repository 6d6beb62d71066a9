import { useState, type SubmitEvent } from 'react'

import { useCell } from '../../base/cell.ts'
import { numberOf } from '../../format/numbers.ts'
import { path_before } from '../../frame/path-before.ts'
import { placeOf, PLACES } from '../../frame/places.ts'
import { Button } from '../../parts/Button.tsx'
import { Card, CardHead } from '../../parts/Card.tsx'
import { Select, TextArea } from '../../parts/Field.tsx'
import { feedbackLink, MESSAGE_CHARACTERS_MAX } from './feedback.ts'
import styles from './Help.module.css'

const ELSEWHERE = 'Something else'
const PAGES = [...PLACES.map(({ words }) => words), ELSEWHERE]

/** Asks what users think. It opens an email or a form with what they wrote, which they send themselves. */
export function FeedbackForm({ contact, version }: { readonly contact: string; readonly version: string }) {
  const before = useCell(path_before)
  const [message, setMessage] = useState('')
  const [chosen, setChosen] = useState<string>()
  const [fault, setFault] = useState<string>()
  const place = PLACES.find(({ to }) => before !== undefined && to === placeOf(before))
  const page = chosen ?? place?.words ?? ELSEWHERE
  const is_form = contact.startsWith('https://')
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    if (message.trim() === '') return setFault('Write what you want to tell us first.')
    const link = feedbackLink(contact, { message: message.trim(), page, version })
    if (is_form) window.open(link, '_blank', 'noopener')
    else location.assign(link)
  }
  return (
    <Card aria-labelledby="feedback">
      <CardHead title="Tell us what you think" id="feedback" />
      <form className={styles.form} onSubmit={onSubmit} noValidate>
        <TextArea
          label="What is good, what is missing, what is in your way?"
          hint={`Up to ${numberOf(MESSAGE_CHARACTERS_MAX)} characters`}
          maxLength={MESSAGE_CHARACTERS_MAX}
          value={message}
          error={fault}
          onChange={({ currentTarget }) => {
            setMessage(currentTarget.value)
            setFault(undefined)
          }}
        />
        <Select label="It is about" value={page} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
          {PAGES.map((words) => (
            <option key={words}>{words}</option>
          ))}
        </Select>
        <p className={styles.hint}>
          {is_form ? 'A form opens' : 'Your email program opens'} with your words, “Page: {page}” and “Version:{' '}
          {version}”, and with nothing else. You send it there.
        </p>
        <Button type="submit">{is_form ? 'Open the form' : 'Open the email'}</Button>
      </form>
    </Card>
  )
}
