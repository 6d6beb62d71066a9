import { useState } from 'react'

import { numberOf, percentOf } from '../../format/numbers.ts'
import { Button } from '../../parts/Button.tsx'
import { Card, CardHead } from '../../parts/Card.tsx'
import type { Audience } from '../../store/records.ts'
import styles from './AudienceDetail.module.css'

const SHOWN_FIRST = 10

/** The variables with what is known of each. */
export function Variables({ audience }: { readonly audience: Audience }) {
  const [is_whole, setWhole] = useState(false)
  const details = new Map(audience.variable_details.map((detail) => [detail.code, detail]))
  const codes = [...new Set([...audience.selected_variables, ...details.keys()])]
  const shown = is_whole ? codes : codes.slice(0, SHOWN_FIRST)
  return (
    <Card>
      <CardHead title="Variables" />
      {codes.length === 0 ? (
        <p className={styles.nothing}>No variables yet</p>
      ) : (
        <table className={styles.inner_table}>
          <caption className="unseen">Variables of {audience.name}</caption>
          <thead>
            <tr>
              <th scope="col">Variable</th>
              <th scope="col" className={styles.wide_only}>
                Category
              </th>
              <th scope="col" className={styles.wide_only}>
                Type
              </th>
              <th scope="col" className={styles.number}>
                Relevance
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((code) => {
              const { description, category, type, relevance_score } = details.get(code) ?? {}
              return (
                <tr key={code}>
                  <th scope="row" dir="auto">
                    {description ? (
                      <>
                        <span className={styles.strong}>{description}</span>
                        <code className={styles.secondary}>{code}</code>
                      </>
                    ) : (
                      <code>{code}</code>
                    )}
                  </th>
                  <td className={styles.wide_only} dir="auto">
                    {category}
                  </td>
                  <td className={styles.wide_only}>{typeInWords(type)}</td>
                  <td className={styles.number}>
                    {typeof relevance_score === 'number' ? (
                      percentOf(relevance_score)
                    ) : (
                      <span className={styles.unknown}>Not known</span>
                    )}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
      {!is_whole && codes.length > SHOWN_FIRST && (
        <p className={styles.more}>
          <Button size="small" onClick={() => setWhole(true)}>
            Show all {numberOf(codes.length)} variables
          </Button>
        </p>
      )}
    </Card>
  )
}

/** A code of a catalogue as words: `life_event` is "Life event". */
function typeInWords(type: string | null | undefined): string {
  const words = (type ?? '').replaceAll('_', ' ')
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}
