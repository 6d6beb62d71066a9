import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'

import { countOf } from '../../../format/numbers.ts'
import { Button } from '../../../parts/Button.tsx'
import { TextArea } from '../../../parts/Field.tsx'
import type { DraftVariable } from '../model/draft.ts'
import { newAmong, pastedVariables } from '../model/variables.ts'
import { LeftOut } from './LeftOut.tsx'
import styles from './panels.module.css'

interface PastePanelProps {
  readonly chosen: readonly DraftVariable[]
  readonly onAdd: (variables: readonly DraftVariable[]) => void
}

/** Codes that the user has from elsewhere; what would happen is said before it does. */
export function PastePanel({ chosen, onAdd }: PastePanelProps) {
  const [text, setText] = useState('')
  const found = useMemo(() => pastedVariables(text), [text])
  const added = newAmong(found.variables, chosen)
  const known = found.variables.length - added.length
  const words = [
    added.length > 0 && `${countOf(added.length, 'variable')} to add`,
    known > 0 && `${countOf(known, 'is', 'are')} chosen already`,
    found.left_out.length > 0 && `${countOf(found.left_out.length, 'entry', 'entries')} cannot be taken`,
  ].filter(Boolean)
  return (
    <div className={styles.panel}>
      <TextArea
        label="Codes of variables"
        hint="One a line or with commas between. A table with a column “code” and JSON are understood, too."
        rows={5}
        spellCheck={false}
        value={text}
        onChange={({ currentTarget: { value } }) => setText(value)}
      />
      <LeftOut reasons={found.left_out} />
      <div className={styles.deeds}>
        <Button
          icon={Plus}
          disabled={added.length === 0}
          onClick={() => {
            onAdd(added)
            setText('')
          }}
        >
          {added.length === 0 ? 'Add variables' : `Add ${countOf(added.length, 'variable')}`}
        </Button>
        <p role="status" className={styles.done}>
          {text.trim() === '' ? 'Paste or type codes first.' : words.join(' · ')}
        </p>
      </div>
    </div>
  )
}
