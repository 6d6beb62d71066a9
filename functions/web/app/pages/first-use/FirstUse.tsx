import { useNavigate } from '@tanstack/react-router'
import { ArrowRight, Boxes, Footprints, type LucideIcon, TriangleAlert, Upload } from 'lucide-react'
import { useId, useState, type ReactNode } from 'react'

import { useCell } from '../../base/cell.ts'
import { Banner } from '../../parts/Banner.tsx'
import { Button } from '../../parts/Button.tsx'
import { Card } from '../../parts/Card.tsx'
import { SuggestionChip } from '../../parts/Chip.tsx'
import { TextArea } from '../../parts/Field.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { useClient } from '../../store/hooks.ts'
import type { DraftKeeper } from '../builder/model/keeper.ts'
import { STARTS } from '../builder/model/starts.ts'
import { useKeeper } from '../builder/use-keeper.ts'
import styles from './FirstUse.module.css'
import { GuestBanner } from './GuestBanner.tsx'
import { SAMPLE_COUNTS } from './sample-counts.ts'
import { bringSamples, sample_task } from './sample-task.ts'
import { startTour } from './tour.ts'

/**
 * What somebody sees who has nothing yet: the question, the field itself, and three other ways.
 * @param onImport opens the import of the page
 */
export function FirstUse({ onImport }: { readonly onImport: () => void }) {
  const client = useClient()
  const [id] = useState(() => client.newId('audience'))
  const keeper = useKeeper(id, undefined)
  return (
    <>
      <GuestBanner />
      <div className={styles.first_use}>
        <div className={styles.question}>
          <h2 className={styles.title}>Who do you want to reach?</h2>
          <p className={styles.lead}>
            Say it in your own words. You then pick variables, check the segments and their sizes, and save.
          </p>
          {keeper && <Start id={id} keeper={keeper} />}
        </div>
        <OtherWays onImport={onImport} />
      </div>
    </>
  )
}

function Start({ id, keeper }: { readonly id: string; readonly keeper: DraftKeeper }) {
  const navigate = useNavigate()
  const { draft, failure } = useCell(keeper.state)
  const type = (words: string) => keeper.change((before) => ({ ...before, words }))
  const start = async () => {
    await keeper.flush()
    const step = draft.words.trim() === '' ? 'describe' : 'data-type'
    await navigate({ to: '/new-audience', search: { draft: id, step } })
  }
  return (
    <>
      <TextArea
        className={styles.field}
        label="Describe your audience"
        name="words"
        rows={4}
        dir="auto"
        placeholder="For example: people who moved in the last six months and own a dog or a cat"
        value={draft.words}
        onChange={({ currentTarget: { value } }) => type(value)}
      />
      <div className={styles.starts}>
        <span>Or start from:</span>
        {STARTS.map(({ words, text }) => (
          <SuggestionChip key={words} onChoose={() => type(text)}>
            {words}
          </SuggestionChip>
        ))}
      </div>
      <div className={styles.deeds}>
        <Button kind="primary" size="large" icon={ArrowRight} onClick={() => void start()}>
          Start this audience
        </Button>
        <p className={styles.hint}>
          {failure === null
            ? 'Your draft is kept as you type.'
            : 'This device keeps no drafts now: go on without a break.'}
        </p>
      </div>
    </>
  )
}

function OtherWays({ onImport }: { readonly onImport: () => void }) {
  const client = useClient()
  const { state, problem } = useCell(sample_task)
  const { audiences, platforms, distributions } = SAMPLE_COUNTS
  return (
    <Card className={styles.ways} aria-label="Other ways to begin">
      {problem !== undefined && (
        <Banner tone="failure" icon={TriangleAlert}>
          {problem}
        </Banner>
      )}
      <Way
        icon={Boxes}
        title="Look around with sample data"
        words={`${audiences} audiences, ${platforms} platforms, ${distributions} distributions. All marked “Sample”, gone again in one click.`}
      >
        {(described) => (
          <Button
            {...described}
            size="small"
            is_busy={state === 'adding'}
            busy_words="Adding…"
            onClick={() => void bringSamples(client)}
          >
            Add sample data
          </Button>
        )}
      </Way>
      <Way
        icon={Upload}
        title="Bring what you have"
        words="CSV, JSON or Parquet. You see what would happen before anything is saved."
      >
        {(described) => (
          <Button {...described} size="small" onClick={onImport}>
            Import a file
          </Button>
        )}
      </Way>
      <Way icon={Footprints} title="Take the tour" words="Four stops, one minute: describe, save, connect, send.">
        {(described) => (
          <Button {...described} size="small" onClick={startTour}>
            Show me
          </Button>
        )}
      </Way>
    </Card>
  )
}

interface WayProps {
  readonly icon: LucideIcon
  readonly title: string
  readonly words: string
  readonly children: (described: { readonly 'aria-describedby': string }) => ReactNode
}

function Way({ icon, title, words, children }: WayProps) {
  const id = useId()
  return (
    <div className={styles.way}>
      <Icon of={icon} size={20} className={styles.icon} />
      <h3 className={styles.way_title}>{title}</h3>
      <p id={id} className={styles.way_words}>
        {words}
      </p>
      <div className={styles.way_deed}>{children({ 'aria-describedby': id })}</div>
    </div>
  )
}
