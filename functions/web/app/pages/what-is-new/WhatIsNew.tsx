import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'

import { dayOf } from '../../format/dates.ts'
import { readNews } from '../../frame/news.ts'
import { Page } from '../../frame/Page.tsx'
import { NEWS } from './entries.ts'
import styles from './WhatIsNew.module.css'

const DAYS = [...new Set(NEWS.map(({ day }) => day))]

/** What the app has learned, the latest first. Opened once, it counts as read on this device. */
export function WhatIsNew() {
  useEffect(() => readNews(), [])
  return (
    <Page title="What is new">
      <div className={styles.days}>
        {DAYS.map((day) => (
          <section key={day} className={styles.day}>
            <h2 className={styles.date}>{dayOf(`${day}T12:00`)}</h2>
            <ul className={styles.entries}>
              {NEWS.filter((entry) => entry.day === day).map(({ title, words, link }) => (
                <li key={title} className={styles.entry}>
                  <h3 className={styles.title}>{title}</h3>
                  <p>{words}</p>
                  <Link to={link.to}>{link.words}</Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Page>
  )
}
