import { EyeOff } from 'lucide-react'
import { memo, useCallback } from 'react'

import { countOf } from '../../../format/numbers.ts'
import { Button } from '../../../parts/Button.tsx'
import { Checkbox } from '../../../parts/Checkbox.tsx'
import { classes } from '../../../parts/classes.ts'
import { HeadCell, NumberCell, Table } from '../../../parts/Table.tsx'
import { showToast } from '../../../parts/toasts.ts'
import { VARIABLE_TYPES } from '../model/catalogue.ts'
import type { DraftSuggestion } from '../model/draft.ts'
import { keptSuggestions } from '../model/suggestions.ts'
import cells from './cells.module.css'
import { RowGroups } from './RowGroups.tsx'
import long from './RowGroups.module.css'
import type { StepProps } from './step-props.ts'
import styles from './SuggestedVariables.module.css'
import { VariableCell } from './VariableCell.tsx'

/** What a service has suggested, with relevance and type, to be confirmed in the dock or left out. */
export function SuggestedVariables({ draft, change }: Pick<StepProps, 'draft' | 'change'>) {
  const { suggestions } = draft
  const kept = keptSuggestions(draft).length
  const onKeep = useCallback(
    (code: string, is_kept: boolean) =>
      change((before) => ({
        ...before,
        suggestions: before.suggestions.map((one) => (one.code === code ? { ...one, is_kept } : one)),
      })),
    [change],
  )
  const renderRow = useCallback(
    (suggestion: DraftSuggestion) => <Row key={suggestion.code} suggestion={suggestion} onKeep={onKeep} />,
    [onKeep],
  )
  const leaveOut = () => {
    change((before) => ({ ...before, suggestions: [] }))
    showToast({
      words: `Left out ${countOf(suggestions.length, 'suggestion')}`,
      undo: { run: () => change((now) => ({ ...now, suggestions })) },
    })
  }
  return (
    <section aria-labelledby="suggested" className={styles.suggested}>
      <div className={styles.head}>
        <div>
          <h2 id="suggested" className={styles.title}>
            Confirm the suggestions
          </h2>
          <p className={styles.lead}>Keep the ones you want; type and relevance can be corrected afterwards.</p>
        </div>
        <Button kind="quiet" size="small" icon={EyeOff} onClick={leaveOut}>
          Leave all out
        </Button>
      </div>
      <Table aria-label="Suggested variables" className={classes(long.long, styles.table)}>
        <thead>
          <tr>
            <HeadCell>
              <Checkbox
                label="Keep every suggestion"
                is_label_unseen
                checked={kept === suggestions.length}
                is_partly={kept > 0 && kept < suggestions.length}
                onChange={({ currentTarget: { checked: is_kept } }) =>
                  change((before) => ({
                    ...before,
                    suggestions: before.suggestions.map((one) => ({ ...one, is_kept })),
                  }))
                }
              />
            </HeadCell>
            <HeadCell>
              {kept} of {countOf(suggestions.length, 'suggestion')} kept
            </HeadCell>
            <HeadCell>Type</HeadCell>
            <HeadCell is_number>Relevance</HeadCell>
          </tr>
        </thead>
        <RowGroups rows={suggestions} renderRow={renderRow} />
      </Table>
    </section>
  )
}

interface RowProps {
  readonly suggestion: DraftSuggestion
  readonly onKeep: (code: string, is_kept: boolean) => void
}

const Row = memo(function SuggestionRow({ suggestion, onKeep }: RowProps) {
  const { code, description, category, type, relevance, is_kept } = suggestion
  const name = description || code
  return (
    <tr className={is_kept ? undefined : styles.left_out}>
      <td>
        <Checkbox
          label={`Keep ${name}`}
          is_label_unseen
          checked={is_kept}
          onChange={({ currentTarget: { checked } }) => onKeep(code, checked)}
        />
      </td>
      <VariableCell code={code} description={description} category={category} />
      <td>{type === '' ? <span className={cells.note}>Not said</span> : (VARIABLE_TYPES[type] ?? type)}</td>
      <NumberCell>
        {relevance === '' ? <span className={cells.note}>Not scored</span> : `${relevance}\u00A0%`}
      </NumberCell>
    </tr>
  )
})
