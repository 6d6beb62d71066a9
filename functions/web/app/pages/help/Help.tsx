import { Link } from '@tanstack/react-router'
import { SearchX } from 'lucide-react'
import { useState } from 'react'

import { LettersSwitch } from '../../frame/LettersSwitch.tsx'
import { openShortcuts } from '../../frame/layers.ts'
import { Page } from '../../frame/Page.tsx'
import { Button } from '../../parts/Button.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { SearchField } from '../../parts/SearchField.tsx'
import { useSession } from '../../session/use-session.ts'
import { contactLink } from './feedback.ts'
import { FeedbackForm } from './FeedbackForm.tsx'
import styles from './Help.module.css'
import { hasAll } from './matches.ts'
import { foundMeanings, StatusMeanings } from './StatusMeanings.tsx'
import { TOPICS } from './topics.ts'

/** What the app does with your work, what its words mean, and who helps. */
export function Help() {
  const { feedback_contact, app_version } = useSession().config
  const [typed, setTyped] = useState('')
  const topics = TOPICS.filter(({ title, sentences }) => hasAll([title, ...sentences], typed))
  const groups = foundMeanings(typed)
  const is_found = topics.length > 0 || groups.length > 0
  return (
    <Page
      title="Help"
      sentence={<SearchField label="Search help" value={typed} onValue={setTyped} />}
      actions={<Button onClick={openShortcuts}>Keyboard shortcuts</Button>}
    >
      <div className={styles.columns}>
        <div className={styles.main}>
          <p role="status" className="unseen">
            {is_found ? '' : 'Nothing found'}
          </p>
          {topics.map(({ id, title, sentences }) => (
            <section key={id} id={id} className={styles.topic}>
              <h2 className={styles.title}>{title}</h2>
              {sentences.map((sentence) => (
                <p key={sentence}>{sentence}</p>
              ))}
            </section>
          ))}
          {groups.length > 0 && (
            <section id="statuses" className={styles.topic}>
              <h2 className={styles.title}>What each status means</h2>
              <StatusMeanings groups={groups} />
            </section>
          )}
          {!is_found && (
            <EmptyState
              icon={SearchX}
              title={`Help has nothing about “${typed}”`}
              action={<Button onClick={() => setTyped('')}>Show everything</Button>}
            >
              Try another word, or ask the contact on this page.
            </EmptyState>
          )}
        </div>
        <div className={styles.aside}>
          <Contents />
          <Keys />
          <Contact />
          {feedback_contact !== undefined && <FeedbackForm contact={feedback_contact} version={app_version} />}
        </div>
      </div>
    </Page>
  )
}

function Contents() {
  const entries = [...TOPICS, { id: 'statuses', title: 'What each status means' }]
  return (
    <nav aria-label="On this page" className={styles.contents}>
      <ul>
        {entries.map(({ id, title }) => (
          <li key={id}>
            <Link to="/help" hash={id}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Keys() {
  return (
    <section className={styles.topic}>
      <h2 className={styles.title}>Keys</h2>
      <p className={styles.hint}>
        With this off, C, /, ? and G, and the letters of lists do nothing. Arrows, function keys and those with Ctrl
        stay.
      </p>
      <LettersSwitch />
    </section>
  )
}

function Contact() {
  const { support_contact, app_version } = useSession().config
  return (
    <section className={styles.topic}>
      <h2 className={styles.title}>Ask for help</h2>
      <p className={styles.hint}>
        {support_contact === undefined ? (
          'Ask those who gave you this app.'
        ) : (
          <>
            Ask <a href={contactLink(support_contact)}>{support_contact}</a>.
          </>
        )}{' '}
        Say what you did, what you saw, and this version: <code>{app_version}</code>
      </p>
    </section>
  )
}
