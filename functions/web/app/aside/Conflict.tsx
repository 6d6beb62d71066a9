import { GitCompare } from 'lucide-react'
import { useId, useState } from 'react'

import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { clock } from '../base/ports.ts'
import { momentOf } from '../format/dates.ts'
import { Button } from '../parts/Button.tsx'
import { Icon } from '../parts/Icon.tsx'
import { useClient } from '../store/hooks.ts'
import styles from './Conflict.module.css'
import { conflictOf, keepingInWords, type Conflict as ConflictFacts, type ConflictingField } from './conflicts.ts'
import { wordDifference } from './word-difference.ts'

type Whose = 'mine' | 'theirs'

/** What two devices made of the same fields, side by side. Deciding later is always allowed: nothing is lost meanwhile. */
export function Conflict({ entry, onLater }: { readonly entry: OutboxEntry; readonly onLater: () => void }) {
  const client = useClient()
  const id = useId()
  const [whose, setWhose] = useState<Whose>('mine')
  const [fault, setFault] = useState<string>()
  const conflict = conflictOf(entry)
  if (!conflict) return null
  const onKeep = async () => {
    const outcome = await client.resolve(conflict.seq, whose)
    if (!outcome.ok) setFault(outcome.problem.message)
  }
  return (
    <div role="group" aria-labelledby={id} className={styles.conflict}>
      <h2 id={id} className={styles.title}>
        <Icon of={GitCompare} />{' '}
        {conflict.other === 'service' ? 'The service has an earlier state' : 'Changed on two devices'}
      </h2>
      <p className={styles.sentence}>{sentenceOf(conflict)}</p>
      <div role="radiogroup" aria-labelledby={id} className={styles.cards}>
        <Side whose="mine" group={id} conflict={conflict} is_chosen={whose === 'mine'} onChoose={setWhose} />
        <Side whose="theirs" group={id} conflict={conflict} is_chosen={whose === 'theirs'} onChoose={setWhose} />
      </div>
      {fault !== undefined && (
        <p role="alert" className={styles.fault}>
          {fault}
        </p>
      )}
      <div className={styles.actions}>
        <Button kind="primary" onClick={() => void onKeep()}>
          {keepingInWords(conflict, whose)}
        </Button>
        <Button kind="quiet" onClick={onLater}>
          Decide later
        </Button>
      </div>
    </div>
  )
}

function Side({
  whose,
  group,
  conflict,
  is_chosen,
  onChoose,
}: {
  readonly whose: Whose
  /** Of the radio buttons: the page and the sync panel may show the same conflict. */
  readonly group: string
  readonly conflict: ConflictFacts
  readonly is_chosen: boolean
  readonly onChoose: (whose: Whose) => void
}) {
  const id = useId()
  const at = whose === 'mine' ? conflict.made_at : conflict.server_at
  return (
    <div className={styles.card} data-chosen={is_chosen || undefined}>
      <div className={styles.card_head}>
        <input type="radio" id={id} name={group} checked={is_chosen} onChange={() => onChoose(whose)} />
        <label htmlFor={id} className={styles.device}>
          {whose === 'mine' ? 'This device' : conflict.other === 'service' ? 'The service' : 'Another device'}
        </label>
        {at !== null && <span className={styles.time}>{momentOf(at, clock.nowMs())}</span>}
      </div>
      {conflict.fields.length === 0 && <p className={styles.value}>{deedOf(conflict, whose)}</p>}
      {conflict.fields.map((field) => (
        <div key={field.field}>
          {conflict.fields.length > 1 && <p className={styles.field}>{field.label}</p>}
          <Value field={field} whose={whose} />
        </div>
      ))}
    </div>
  )
}

/** Words that the other side does not have are marked. */
function Value({ field: { mine, theirs }, whose }: { readonly field: ConflictingField; readonly whose: Whose }) {
  const [text, other] = whose === 'mine' ? [mine, theirs] : [theirs, mine]
  if (text === null) return <p className={styles.nothing}>Nothing</p>
  return (
    <p className={styles.value} dir="auto">
      {wordDifference(text, other ?? '').map(({ text: part, differs }, at) =>
        differs ? <mark key={at}>{part}</mark> : <span key={at}>{part}</span>,
      )}
    </p>
  )
}

function sentenceOf({ kind, fields, other }: ConflictFacts): string {
  if (other === 'service') return 'The service was put back to before this. Keep yours, or take what is there.'
  if (kind === 'deleted_there') return 'You changed it here, and another device deleted it.'
  if (kind === 'deleted_here') return 'You deleted it here, and another device changed it meanwhile.'
  const [only] = fields
  const what = fields.length === 1 && only ? `The ${only.label.toLowerCase()} differs.` : 'They differ in these fields.'
  return `${what} Everything else was merged.`
}

function deedOf({ kind }: ConflictFacts, whose: Whose): string {
  if (kind === 'edited') return whose === 'mine' ? 'Brought it back' : 'Changed it'
  const is_deletion = (kind === 'deleted_here') === (whose === 'mine')
  return is_deletion ? 'Deleted it' : 'Changed it'
}
