import { memo } from 'react'

import { countOf, numberOf } from '../../format/numbers.ts'
import { dataTypeOf, UNKNOWN } from '../../format/words.ts'
import { Card } from '../../parts/Card.tsx'
import { ChipList } from '../../parts/Chip.tsx'
import { Strip } from '../../parts/Strip.tsx'
import { type BuilderDraft, nameOf } from './model/draft.ts'
import { keptSegments, knownSizes } from './model/record.ts'
import { sizeIn } from './model/sizes.ts'
import styles from './Summary.module.css'

/** What the audience is so far. */
export const Summary = memo(function DraftSummary({ draft }: { readonly draft: BuilderDraft }) {
  const { words, data_type, variables } = draft
  const { total, known, of } = knownSizes(draft)
  const parts = keptSegments(draft).map(({ name, size }) => ({ name, size: sizeIn(size) ?? 0 }))
  const name = nameOf(draft)
  return (
    <aside aria-label="The audience so far" className={styles.summary}>
      <Card className={styles.card}>
        <h2 className={name === '' ? styles.no_name : styles.name} dir="auto">
          {name || 'No name yet'}
        </h2>
        <p className={styles.facts}>
          {dataTypeOf(data_type).words} ·{' '}
          {variables.length === 0 ? 'no variables yet' : countOf(variables.length, 'variable')}
        </p>
        {total === null ? (
          <p className={styles.unknown}>{UNKNOWN.size}</p>
        ) : (
          <p className={styles.total}>{numberOf(total)}</p>
        )}
        <p className={styles.facts}>{sizesInWords(total, known, of)}</p>
        <div className={styles.strip}>
          <Strip parts={parts} />
        </div>
        {words.trim() !== '' && (
          <div className={styles.words}>
            <h3 className={styles.label}>In your words</h3>
            <p className={styles.text} dir="auto">
              {words}
            </p>
          </div>
        )}
        {variables.length > 0 && (
          <div className={styles.variables}>
            <ChipList label="variables" words={variables.map(({ code, description }) => description || code)} />
          </div>
        )}
      </Card>
    </aside>
  )
})

function sizesInWords(total: number | null, known: number, of: number): string {
  if (of === 0) return 'No segments yet'
  if (total === null) return `In ${countOf(of, 'segment')}`
  if (known === of) return `records in ${countOf(of, 'segment')}`
  return `records known, in ${numberOf(known)} of ${countOf(of, 'segment')}`
}
