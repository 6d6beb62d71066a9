import { lazy, Suspense } from 'react'

import { useCell } from '../base/cell.ts'
import { audience_task, closeTask } from './tasks.ts'

const RenameDialog = lazy(async () => ({ default: (await import('./RenameDialog.tsx')).RenameDialog }))
const TagsDialog = lazy(async () => ({ default: (await import('./TagsDialog.tsx')).TagsDialog }))
const TagManager = lazy(async () => ({ default: (await import('./TagManager.tsx')).TagManager }))
const ManyDialog = lazy(async () => ({ default: (await import('./ManyDialog.tsx')).ManyDialog }))
const ExportDialog = lazy(async () => ({ default: (await import('./ExportDialog.tsx')).ExportDialog }))
const ImportDialog = lazy(async () => ({ default: (await import('./import/ImportDialog.tsx')).ImportDialog }))

/** The dialog that an action has asked for. */
export function AudienceTasks() {
  const task = useCell(audience_task)
  if (!task) return null
  return (
    <Suspense>
      {task.kind === 'rename' && <RenameDialog subject={task.subject} onClose={closeTask} />}
      {task.kind === 'tags' && <TagsDialog subjects={task.subjects} onClose={closeTask} />}
      {task.kind === 'many' && <ManyDialog deed={task.deed} subjects={task.subjects} onClose={closeTask} />}
      {task.kind === 'export' && <ExportDialog subjects={task.subjects} onClose={closeTask} />}
      {task.kind === 'tag-manager' && <TagManager onClose={closeTask} />}
      {task.kind === 'import' && <ImportDialog onClose={closeTask} />}
    </Suspense>
  )
}
