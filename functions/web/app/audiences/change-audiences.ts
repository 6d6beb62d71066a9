import { Archive, ArchiveRestore, Tags, Trash2, type LucideIcon } from 'lucide-react'

import type { ActivationClient } from '#shared/client/client.ts'
import type { ChangeOutcome } from '#shared/client/store/user-changes.ts'
import { change_fault } from '../actions/change-fault.ts'
import { numberOf } from '../format/numbers.ts'
import { showToast } from '../parts/toasts.ts'
import { tagsOf, type Shown } from '../store/records.ts'

/**
 * What users do to audiences, with its way back. Each change is kept on this device before the next one is made; what was
 * not kept is told above the page until it is closed.
 */

type Subjects = readonly Shown<'audience'>[]

/** Drafts have no way back out of the archive but to become active, so they stay where they are. */
export function canBeArchived({ record }: Shown<'audience'>): boolean {
  return record.status === 'active'
}

export async function archiveAudiences(client: ActivationClient, subjects: Subjects): Promise<void> {
  await changeAll(subjects.filter(canBeArchived), {
    icon: Archive,
    deed: 'Archived',
    make: ({ id }) => client.change('audience', id, { set: { status: 'archived' } }),
    undo: ({ id }) => client.change('audience', id, { set: { status: 'active' } }),
  })
}

export async function bringBackAudiences(client: ActivationClient, subjects: Subjects): Promise<void> {
  const archived = subjects.filter(({ record }) => record.status === 'archived')
  await changeAll(archived, {
    icon: ArchiveRestore,
    deed: 'Brought back',
    make: ({ id }) => client.change('audience', id, { set: { status: 'active' } }),
    undo: ({ id }) => client.change('audience', id, { set: { status: 'archived' } }),
  })
}

export async function deleteAudiences(client: ActivationClient, subjects: Subjects): Promise<void> {
  await changeAll(subjects, {
    icon: Trash2,
    deed: 'Deleted',
    make: ({ id }) => client.delete('audience', id),
    undo: ({ id }) => client.restore('audience', id),
  })
}

export async function renameAudience(
  client: ActivationClient,
  { id, record }: Shown<'audience'>,
  name: string,
): Promise<ChangeOutcome> {
  const outcome = await client.change('audience', id, { set: { name } })
  if (outcome.ok && outcome.seq !== null) {
    showToast({
      words: `Renamed to “${name}”`,
      undo: { run: () => tellFault(client.change('audience', id, { set: { name: record.name } }), record.name) },
    })
  }
  return outcome
}

/** @param edit what becomes of the tags of each */
export async function retagAudiences(
  client: ActivationClient,
  subjects: Subjects,
  edit: (tags: readonly string[]) => readonly string[],
): Promise<void> {
  const setTags = async (id: string, tags: readonly string[]) =>
    await client.change('audience', id, { set: { metadata: { tags } } })
  await changeAll(subjects, {
    icon: Tags,
    deed: 'Changed the tags of',
    make: ({ id, record }) => setTags(id, edit(tagsOf(record))),
    undo: ({ id, record }) => setTags(id, tagsOf(record)),
  })
}

interface Deed {
  readonly icon: LucideIcon
  /** "Archived". */
  readonly deed: string
  readonly make: (subject: Shown<'audience'>) => Promise<ChangeOutcome>
  readonly undo: (subject: Shown<'audience'>) => Promise<ChangeOutcome>
}

const TOLD_EACH = 200

async function changeAll(subjects: Subjects, { icon, deed, make, undo }: Deed): Promise<void> {
  change_fault.set(undefined)
  const done: Shown<'audience'>[] = []
  for (const subject of subjects) {
    const outcome = await make(subject)
    if (!outcome.ok) {
      tellFaultOf(subject.record.name, outcome.problem.message, subjects.length - done.length)
      break
    }
    // Nothing changed: it was so already.
    if (outcome.seq !== null) done.push(subject)
    if (done.length % TOLD_EACH === 0) showToast({ icon, words: `${deed} ${numberOf(done.length)} so far` })
  }
  if (done.length === 0) return
  const whose = done.length === 1 ? `“${done[0]!.record.name}”` : `${numberOf(done.length)} audiences`
  const undoAll = async () => {
    for (const subject of done) {
      const outcome = await undo(subject)
      if (!outcome.ok) return tellFaultOf(subject.record.name, outcome.problem.message, 1)
    }
  }
  showToast({ icon, words: `${deed} ${whose}`, undo: { run: undoAll } })
}

async function tellFault(work: Promise<ChangeOutcome>, name: string): Promise<void> {
  const outcome = await work
  if (!outcome.ok) tellFaultOf(name, outcome.problem.message, 1)
}

function tellFaultOf(name: string, message: string, left: number): void {
  const others = left > 1 ? ` ${numberOf(left)} audiences are as they were.` : ''
  change_fault.set(`“${name}” was not changed. ${message}${others}`)
}
