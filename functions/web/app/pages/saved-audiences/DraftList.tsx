import { Link } from '@tanstack/react-router'
import { PencilLine, Plus, Trash2 } from 'lucide-react'

import type { AudienceDraft } from '../../audiences/use-drafts.ts'
import { clock } from '../../base/ports.ts'
import { momentOf } from '../../format/dates.ts'
import { ButtonLink, IconButton } from '../../parts/Button.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { showToast } from '../../parts/toasts.ts'
import { useClient } from '../../store/hooks.ts'
import { draftIn, nameOf } from '../builder/model/draft.ts'
import styles from './DraftList.module.css'

/** What was typed into the builder and not saved: it lies on this device only. */
export function DraftList({
  drafts,
  onChange,
}: {
  readonly drafts: readonly AudienceDraft[]
  readonly onChange: () => void
}) {
  const client = useClient()
  const now_ms = clock.nowMs()
  const onDelete = async ({ draft: { form, value } }: AudienceDraft, name: string) => {
    await client.drafts.delete(form)
    onChange()
    const run = async () => {
      await client.drafts.save(form, value)
      onChange()
    }
    showToast({ icon: Trash2, words: `Deleted the draft “${name}”`, undo: { run } })
  }
  if (drafts.length === 0) {
    return (
      <EmptyState
        icon={PencilLine}
        title="No drafts on this device"
        action={
          <ButtonLink to="/new-audience" icon={Plus}>
            New audience
          </ButtonLink>
        }
      >
        What you type into the builder is kept here until you save it.
      </EmptyState>
    )
  }
  return (
    <ul className={styles.list}>
      {drafts.map((draft) => {
        const content = draftIn(draft.draft.value)
        const name = nameOf(content) || 'Audience without a name'
        return (
          <li key={draft.draft.form} className={styles.row}>
            <div className={styles.about}>
              <Link to="/new-audience" search={{ draft: draft.audience_id }} className={styles.name} dir="auto">
                {name}
              </Link>
              <p className={styles.words} dir="auto">
                {content.words}
              </p>
            </div>
            <span className={styles.time}>Kept {momentOf(draft.draft.saved_at, now_ms)}</span>
            <IconButton icon={Trash2} label={`Delete the draft ${name}`} onClick={() => void onDelete(draft, name)} />
          </li>
        )
      })}
    </ul>
  )
}
