import { useState } from 'react'

import { Page } from '../../frame/Page.tsx'
import { Skeleton, WhileUnknown } from '../../parts/Skeleton.tsx'
import { useRecord } from '../../store/hooks.ts'
import { CRUMBS } from './crumbs.ts'
import { DeletedDraft } from './DeletedDraft.tsx'
import { Editor } from './Editor.tsx'
import { SavedAudience } from './SavedAudience.tsx'
import { useKeeper } from './use-keeper.ts'

interface BuilderOfProps {
  readonly id: string
  /** What it is called before anything is typed. */
  readonly name: string | undefined
  readonly onAgain: () => void
}

/** One draft: being made, saved, or gone. */
export function BuilderOf({ id, name, onAgain }: BuilderOfProps) {
  const { shown } = useRecord('audience', id)
  const keeper = useKeeper(id, shown, name)
  const [is_saved, setSaved] = useState(false)
  if (shown?.is_deleted) return <DeletedDraft id={id} name={shown.record.name} />
  const is_finished = shown !== undefined && shown.record.status !== 'draft'
  const has_text = keeper !== undefined && keeper.state.get().kept_at !== null
  if (is_saved || (is_finished && keeper && !has_text)) return <SavedAudience id={id} onEdit={onAgain} />
  if (!keeper) return <OpeningDraft />
  return <Editor id={id} keeper={keeper} onSaved={() => setSaved(true)} />
}

function OpeningDraft() {
  return (
    <Page title="New audience" crumbs={CRUMBS}>
      <WhileUnknown label="Looking for your draft">
        <Skeleton width="60%" height={28} />
      </WhileUnknown>
    </Page>
  )
}
