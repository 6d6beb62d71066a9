import { X } from 'lucide-react'
import { memo, useCallback } from 'react'

import { countOf } from '../../../format/numbers.ts'
import { IconButton } from '../../../parts/Button.tsx'
import { classes } from '../../../parts/classes.ts'
import { HeadCell, Table } from '../../../parts/Table.tsx'
import { VARIABLE_TYPES } from '../model/catalogue.ts'
import type { DraftVariable } from '../model/draft.ts'
import { CellFault } from './CellFault.tsx'
import cells from './cells.module.css'
import { RowGroups } from './RowGroups.tsx'
import long from './RowGroups.module.css'
import type { StepProps } from './step-props.ts'
import styles from './ChosenVariables.module.css'
import { VariableCell } from './VariableCell.tsx'

interface ChosenVariablesProps extends StepProps {
  readonly onRemove: (code: string) => void
}

/** The variables of the audience, each with its type and how relevant it is. */
export function ChosenVariables({ draft, change, faultOf, onLeave, onRemove }: ChosenVariablesProps) {
  const { variables } = draft
  const onEdit = useCallback(
    (code: string, values: Partial<DraftVariable>) =>
      change((before) => ({
        ...before,
        variables: before.variables.map((one) => (one.code === code ? { ...one, ...values } : one)),
      })),
    [change],
  )
  const renderRow = useCallback(
    (variable: DraftVariable, at: number) => (
      <Row
        key={variable.code}
        {...{ variable, at, onEdit, onRemove, onLeave }}
        fault={faultOf(`variables.${at}.relevance`)}
      />
    ),
    [faultOf, onEdit, onLeave, onRemove],
  )
  if (variables.length === 0) {
    return <p className={styles.none}>No variables yet. An audience can do without, and they can be added later.</p>
  }
  return (
    <Table aria-label={`${countOf(variables.length, 'variable')} chosen`} className={classes(long.long, styles.table)}>
      <thead>
        <tr>
          <HeadCell>{countOf(variables.length, 'variable')}</HeadCell>
          <HeadCell>Type</HeadCell>
          <HeadCell is_number>Relevance in %</HeadCell>
          <HeadCell>
            <span className="unseen">Remove</span>
          </HeadCell>
        </tr>
      </thead>
      <RowGroups rows={variables} renderRow={renderRow} />
    </Table>
  )
}

interface RowProps {
  readonly variable: DraftVariable
  readonly at: number
  readonly fault: string | undefined
  readonly onEdit: (code: string, values: Partial<DraftVariable>) => void
  readonly onLeave: (field: string) => void
  readonly onRemove: (code: string) => void
}

const Row = memo(function VariableRow({ variable, at, fault, onEdit, onLeave, onRemove }: RowProps) {
  const { code, description, type, category, relevance } = variable
  const field = `variables.${at}.relevance`
  const name = description || code
  return (
    <tr>
      <VariableCell code={code} description={description} category={category} />
      <td>
        <select
          className={cells.field}
          aria-label={`Type of ${name}`}
          value={type}
          onChange={({ currentTarget: { value } }) => onEdit(code, { type: value })}
        >
          <option value="">Not said</option>
          {Object.entries(typesWith(type)).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </td>
      <td className={cells.number}>
        <input
          className={cells.box}
          type="text"
          inputMode="decimal"
          name={field}
          aria-label={`Relevance of ${name} in percent`}
          aria-invalid={fault === undefined ? undefined : true}
          aria-describedby={fault === undefined ? undefined : `${field}-fault`}
          placeholder="Not scored"
          autoComplete="off"
          value={relevance}
          onChange={({ currentTarget: { value } }) => onEdit(code, { relevance: value })}
          onBlur={() => onLeave(field)}
        />
        <CellFault field={field} words={fault} />
      </td>
      <td className={cells.end}>
        <IconButton icon={X} size="small" label={`Remove ${name}`} onClick={() => onRemove(code)} />
      </td>
    </tr>
  )
})

/** The known types, and the one that a service or a file has said. */
function typesWith(type: string): Readonly<Record<string, string>> {
  return type === '' || VARIABLE_TYPES[type] !== undefined ? VARIABLE_TYPES : { ...VARIABLE_TYPES, [type]: type }
}
