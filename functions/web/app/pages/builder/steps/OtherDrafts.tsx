import { Link, useSearch } from '@tanstack/react-router'

import { useDrafts } from '../../../audiences/use-drafts.ts'
import { countOf } from '../../../format/numbers.ts'
import { isSameRecord } from '../../../store/record-map.ts'
import { draftIn, nameOf } from '../model/draft.ts'
import styles from './OtherDrafts.module.css'

const SHOWN_MAX = 3

/** What else is being made on this device, and the way to it. It stands last, so that it moves nothing when it comes. */
export function OtherDrafts() {
  const { draft: id } = useSearch({ from: '/new-audience' })
  const [drafts = []] = useDrafts()
  const others = drafts.filter(({ audience_id }) => id === undefined || !isSameRecord('audience', audience_id, id))
  if (others.length === 0) return null
  return (
    <nav aria-labelledby="other-drafts" className={styles.others}>
      <h2 id="other-drafts" className={styles.title}>
        {countOf(others.length, 'other draft')} on this device
      </h2>
      <ul className={styles.list}>
        {others.slice(0, SHOWN_MAX).map(({ audience_id, draft }) => (
          <li key={audience_id}>
            <Link to="/new-audience" search={{ draft: audience_id }} className={styles.link} dir="auto">
              {nameOf(draftIn(draft.value)) || 'Audience without a name'}
            </Link>
          </li>
        ))}
        {others.length > SHOWN_MAX && (
          <li>
            <Link to="/saved-audiences" search={{ tab: 'drafts' }} className={styles.link}>
              All drafts
            </Link>
          </li>
        )}
      </ul>
    </nav>
  )
}
