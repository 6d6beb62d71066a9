import { Archive, ArchiveRestore, Copy, Download, PanelRight, Pencil, Send, SquarePen, Tag, Trash2 } from 'lucide-react'

import type { ActivationClient } from '#shared/client/client.ts'
import type { Action } from '../actions/action.ts'
import { clock } from '../base/ports.ts'
import { askToSend } from '../distributions/send-task.ts'
import { usesOf } from '../distributions/usage.ts'
import { listOf, type Shown } from '../store/records.ts'
import { archiveAudiences, bringBackAudiences, deleteAudiences, duplicateAudience } from './change-audiences.ts'
import { canBeArchived, type ManyDeed } from './many-plan.ts'
import { audience_task } from './tasks.ts'

type Subjects = readonly Shown<'audience'>[]

/** What pages do when an action leads away. */
export interface AudienceActionsContext {
  readonly client: ActivationClient
  readonly goTo: (page: 'audience' | 'builder', id: string) => void
  /** Where the name is edited in place; without it a dialog asks. */
  readonly onRename?: () => void
  /** The page is the audience's own. */
  readonly is_page?: boolean
}

const isOne = (subjects: Subjects) => subjects.length === 1
const isArchived = ({ record }: Shown<'audience'>) => record.status === 'archived'

/** What can be done to audiences: the row menu, the bulk bar, the palette and the shortcuts offer the same. */
export function audienceActions({
  client,
  goTo,
  onRename,
  is_page = false,
}: AudienceActionsContext): readonly Action<Shown<'audience'>>[] {
  // One that nothing uses is done immediately, with its way back; the others are shown first.
  const ask = async (
    deed: ManyDeed,
    subjects: Subjects,
    run: (client: ActivationClient, subjects: Subjects) => Promise<void>,
  ) => {
    const is_shown_first = subjects.length > 1 || (deed !== 'bring-back' && isUsed(client, subjects[0]!))
    if (is_shown_first) audience_task.set({ kind: 'many', deed, subjects })
    else await run(client, subjects)
  }
  return [
    {
      id: 'open',
      words: 'Open',
      icon: PanelRight,
      keys: 'Enter',
      isOffered: (subjects) => isOne(subjects) && !is_page,
      run: ([subject]) => goTo('audience', subject!.id),
    },
    {
      id: 'build',
      words: 'Go on in the builder',
      icon: SquarePen,
      isOffered: (subjects) => isOne(subjects) && subjects[0]!.record.status === 'draft',
      run: ([subject]) => goTo('builder', subject!.id),
    },
    {
      id: 'send',
      words: 'Send to a platform',
      icon: Send,
      keys: 's',
      isOffered: isOne,
      run: ([subject]) => askToSend({ audience_id: subject!.id }),
    },
    {
      id: 'rename',
      words: 'Rename',
      icon: Pencil,
      keys: 'F2',
      isOffered: isOne,
      run: ([subject]) => {
        if (onRename) onRename()
        else audience_task.set({ kind: 'rename', subject: subject! })
      },
    },
    {
      id: 'tags',
      words: 'Change tags',
      icon: Tag,
      keys: 't',
      run: (subjects) => audience_task.set({ kind: 'tags', subjects }),
    },
    {
      id: 'export',
      words: 'Export',
      icon: Download,
      keys: 'd',
      run: (subjects) => audience_task.set({ kind: 'export', subjects }),
    },
    {
      id: 'duplicate',
      words: 'Duplicate',
      icon: Copy,
      isOffered: isOne,
      run: async ([subject]) => {
        const id = await duplicateAudience(client, subject!)
        if (id !== undefined) goTo('audience', id)
      },
    },
    {
      id: 'archive',
      words: 'Archive',
      icon: Archive,
      keys: 'e',
      isOffered: (subjects) => subjects.some(canBeArchived),
      run: (subjects) => ask('archive', subjects, archiveAudiences),
    },
    {
      id: 'bring-back',
      words: 'Bring back',
      icon: ArchiveRestore,
      keys: 'e',
      isOffered: (subjects) => subjects.every(isArchived),
      run: (subjects) => ask('bring-back', subjects, bringBackAudiences),
    },
    {
      id: 'delete',
      words: 'Delete',
      icon: Trash2,
      keys: 'Delete',
      is_dangerous: true,
      run: (subjects) => ask('delete', subjects, deleteAudiences),
    },
  ]
}

/** Of what this device knows. */
function isUsed(client: ActivationClient, { id }: Shown<'audience'>): boolean {
  const records = {
    audiences: listOf(client, 'audience'),
    platforms: listOf(client, 'platform'),
    distributions: listOf(client, 'distribution'),
  }
  return usesOf('audience', records, clock.nowMs()).has(id)
}
