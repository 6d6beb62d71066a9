import { useMemo, useState } from 'react'

import { countOf } from '../../../format/numbers.ts'
import { Checkbox } from '../../../parts/Checkbox.tsx'
import { SearchField } from '../../../parts/SearchField.tsx'
import { catalogueFor, type CatalogueVariable } from '../model/catalogue.ts'
import type { DraftVariable } from '../model/draft.ts'
import styles from './VariableList.module.css'

interface VariableListProps {
  readonly chosen: readonly DraftVariable[]
  readonly onAdd: (variable: DraftVariable) => void
  readonly onRemove: (code: string) => void
}

/** The catalogue by category, with a search. A search opens every category that has something. */
export function VariableList({ chosen, onAdd, onRemove }: VariableListProps) {
  const [search, setSearch] = useState('')
  const found = useMemo(() => catalogueFor(search), [search])
  const codes = useMemo(() => new Set(chosen.map(({ code }) => code)), [chosen])
  const is_searching = search.trim() !== ''
  const count = [...found.values()].reduce((sum, { length }) => sum + length, 0)
  return (
    <div className={styles.list}>
      <div className={styles.search}>
        <SearchField label="Search variables" value={search} onValue={setSearch} />
        <p role="status" className={styles.count}>
          {is_searching ? `${countOf(count, 'variable')} found` : countOf(count, 'variable')}
        </p>
      </div>
      {count === 0 && (
        <p className={styles.none}>No variable has these words. Try fewer words, or paste your own codes.</p>
      )}
      <div className={styles.categories}>
        {[...found].map(([category, variables]) => (
          <Category
            key={`${category} ${is_searching}`}
            {...{ category, variables, codes, onAdd, onRemove }}
            is_open={is_searching}
          />
        ))}
      </div>
    </div>
  )
}

interface CategoryProps extends Pick<VariableListProps, 'onAdd' | 'onRemove'> {
  readonly category: string
  readonly variables: readonly CatalogueVariable[]
  readonly codes: ReadonlySet<string>
  /** At first. */
  readonly is_open: boolean
}

function Category({ category, variables, codes, onAdd, onRemove, is_open }: CategoryProps) {
  const chosen = variables.filter(({ code }) => codes.has(code)).length
  return (
    <details className={styles.category} open={is_open}>
      <summary>
        {category}
        <span className={styles.number}>
          {chosen > 0 ? `${chosen} of ${variables.length} chosen` : variables.length}
        </span>
      </summary>
      <ul className={styles.variables}>
        {variables.map((variable) => (
          <li key={variable.code}>
            <Checkbox
              className={styles.variable}
              label={variable.description}
              checked={codes.has(variable.code)}
              onChange={({ currentTarget: { checked } }) =>
                checked ? onAdd({ ...variable, relevance: '' }) : onRemove(variable.code)
              }
            />
          </li>
        ))}
      </ul>
    </details>
  )
}
