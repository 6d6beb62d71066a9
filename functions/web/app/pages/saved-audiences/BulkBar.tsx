import { X } from 'lucide-react'

import { offered, type Action } from '../../actions/action.ts'
import { countOf, numberOf } from '../../format/numbers.ts'
import { IconButton } from '../../parts/Button.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { keysInWords } from '../../parts/keys.ts'
import styles from './BulkBar.module.css'
import { recordsTogether, type ShownAudience } from './select-audiences.ts'
import type { Selection } from './use-selection.ts'

/** What can be done with all that is selected, above the foot of the list. */
export function BulkBar({
  actions,
  selection: { selected, clear },
}: {
  readonly actions: readonly Action<ShownAudience>[]
  readonly selection: Selection
}) {
  if (selected.length === 0) return null
  const { known, unknown_count } = recordsTogether(selected)
  const sizes = unknown_count === selected.length ? 'sizes not known yet' : countOf(known, 'record')
  return (
    <div role="toolbar" aria-label="Selected audiences" className={styles.bar} data-region>
      <p className={styles.count} role="status">
        <b>{numberOf(selected.length)} selected</b>
        <span className={styles.sizes}>{sizes}</span>
      </p>
      <div className={styles.actions}>
        {offered(actions, selected)
          .filter(({ id }) => id !== 'open')
          .map(({ id, words, icon, keys, onSelect }) => (
            <button
              key={id}
              type="button"
              className={styles.action}
              title={keys === undefined ? words : `${words} (${keysInWords(keys)})`}
              onClick={onSelect}
            >
              {icon && <Icon of={icon} />}
              <span className={styles.words}>{words}</span>
            </button>
          ))}
      </div>
      <IconButton icon={X} label="Clear the selection" size="small" onClick={clear} />
    </div>
  )
}
