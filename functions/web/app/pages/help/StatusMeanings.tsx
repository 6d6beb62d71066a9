import type { ReactNode } from 'react'

import { AUDIENCE_STATUS, DISTRIBUTION_STATUS, PLATFORM_STATUS } from '../../format/status.ts'
import { syncWordsOf } from '../../format/sync-words.ts'
import { classes } from '../../parts/classes.ts'
import { Icon } from '../../parts/Icon.tsx'
import { StatusWord } from '../../parts/StatusWord.tsx'
import styles from './Help.module.css'
import { hasAll } from './matches.ts'
import {
  AUDIENCE_MEANINGS,
  DISTRIBUTION_MEANINGS,
  NUMBER_MEANINGS,
  PLATFORM_MEANINGS,
  type Meaning,
} from './status-meanings.ts'
import { SYNC_MEANINGS } from './sync-meanings.ts'

interface Entry extends Meaning {
  /** As it is read elsewhere in the app. */
  readonly words: string
  readonly shown: ReactNode
}

export interface MeaningGroup {
  readonly id: string
  readonly title: string
  readonly entries: readonly Entry[]
}

/** Every status as the app shows it, by what it is of. */
const GROUPS: readonly MeaningGroup[] = [
  {
    id: 'audiences',
    title: 'Audiences',
    entries: statusesOf(AUDIENCE_STATUS).map((status) => ({
      ...AUDIENCE_MEANINGS[status],
      words: AUDIENCE_STATUS[status].words,
      shown: <StatusWord noun="audience" status={status} />,
    })),
  },
  {
    id: 'platforms',
    title: 'Platforms',
    entries: statusesOf(PLATFORM_STATUS).map((status) => ({
      ...PLATFORM_MEANINGS[status],
      words: PLATFORM_STATUS[status].words,
      shown: <StatusWord noun="platform" status={status} />,
    })),
  },
  {
    id: 'distributions',
    title: 'Distributions',
    entries: statusesOf(DISTRIBUTION_STATUS).map((status) => ({
      ...DISTRIBUTION_MEANINGS[status],
      words: DISTRIBUTION_STATUS[status].words,
      shown: <StatusWord noun="distribution" status={status} />,
    })),
  },
  {
    id: 'numbers',
    title: 'Sizes and match rates',
    entries: NUMBER_MEANINGS.map((meaning) => ({
      ...meaning,
      shown: <span className={meaning.is_unknown ? styles.unknown : undefined}>{meaning.words}</span>,
    })),
  },
  {
    id: 'sync',
    title: 'The words in the top right corner',
    entries: SYNC_MEANINGS.map(({ status, ...meaning }) => {
      const { words, icon, is_filled } = syncWordsOf(status)
      const shown = (
        <span className={classes(styles.sync, is_filled && styles.filled)}>
          <Icon of={icon} size={14} />
          {words}
        </span>
      )
      return { ...meaning, words, shown }
    }),
  },
]

/** The groups with what was searched for; one whose title has it is there whole. */
export function foundMeanings(typed: string): readonly MeaningGroup[] {
  return GROUPS.map((group) => ({
    ...group,
    entries: group.entries.filter(({ words, means, todo = '' }) => hasAll([group.title, words, means, todo], typed)),
  })).filter(({ entries }) => entries.length > 0)
}

/** What each status means, and what to do. */
export function StatusMeanings({ groups }: { readonly groups: readonly MeaningGroup[] }) {
  return groups.map(({ id, title, entries }) => (
    <section key={id} id={`status-${id}`} className={styles.group}>
      <h3 className={styles.group_title}>{title}</h3>
      <dl className={styles.meanings}>
        {entries.map(({ words, shown, means, todo }) => (
          <div key={words} className={styles.meaning}>
            <dt>{shown}</dt>
            <dd>
              {means}
              {todo !== undefined && <span className={styles.todo}> {todo}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  ))
}

function statusesOf<Status extends string>(looks: Readonly<Record<Status, unknown>>): readonly Status[] {
  return Object.keys(looks) as Status[]
}
