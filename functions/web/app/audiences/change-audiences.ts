import { Archive, ArchiveRestore, Copy, Tags, Trash2, type LucideIcon } from 'lucide-react'

import type { ActivationClient } from '#shared/client/client.ts'
import type { JsonRecord } from '#shared/client/store/entries.ts'
import type { ChangeOutcome, UserChange } from '#shared/client/store/user-changes.ts'
import { change_fault } from '../actions/change-fault.ts'
import { numberOf } from '../format/numbers.ts'
import { showToast } from '../parts/toasts.ts'
import { changeInPortions } from '../store/change-in-portions.ts'
import { duplicate } from '../store/duplicate.ts'
import { tagsOf, type Shown } from '../store/records.ts'
import { canBeArchived } from './many-plan.ts'

/**
 * What users do to audiences, with its way back. Each change is kept on this device before the next one is made; what was
 * not kept is told above the page until it is closed.
 */

type Subjects = readonly Shown<'audience'>[]

export async function archiveAudiences(client: ActivationClient, subjects: Subjects): Promise<void> {
  await changeAll(client, subjects.filter(canBeArchived), {
    icon: Archive,
    deed: 'Archived',
    make: statusChange('archived'),
    undo: statusChange('active'),
  })
}

export async function bringBackAudiences(client: ActivationClient, subjects: Subjects): Promise<void> {
  const archived = subjects.filter(({ record }) => record.status === 'archived')
  await changeAll(client, archived, {
    icon: ArchiveRestore,
    deed: 'Brought back',
    make: statusChange('active'),
    undo: statusChange('archived'),
  })
}

export async function deleteAudiences(client: ActivationClient, subjects: Subjects): Promise<void> {
  await changeAll(client, subjects, {
    icon: Trash2,
    deed: 'Deleted',
    make: ({ id }) => ({ op: 'delete', noun: 'audience', id }),
    undo: ({ id }) => ({ op: 'restore', noun: 'audience', id }),
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

/** @returns the id of the copy; undefined: it was not kept, which is told */
export async function duplicateAudience(
  client: ActivationClient,
  original: Shown<'audience'>,
): Promise<string | undefined> {
  change_fault.set(undefined)
  const { name, outcome } = await duplicate(client, 'audience', original)
  if (!outcome.ok) {
    change_fault.set(`“${original.record.name}” was not duplicated. ${outcome.problem.message}`)
    return undefined
  }
  const { id } = outcome
  const run = () => tellFault(client.delete('audience', id), name)
  showToast({ icon: Copy, words: `Made “${name}”, a draft`, undo: { run } })
  return id
}

/** @param edit what becomes of the tags of each @param deed what the toast says was done */
export async function retagAudiences(
  client: ActivationClient,
  subjects: Subjects,
  edit: (tags: readonly string[]) => readonly string[],
  deed = 'Changed the tags of',
): Promise<void> {
  const setTags = (id: string, tags: readonly string[]) => edited(id, { metadata: { tags } })
  await changeAll(client, subjects, {
    icon: Tags,
    deed,
    make: ({ id, record }) => setTags(id, edit(tagsOf(record))),
    undo: ({ id, record }) => setTags(id, tagsOf(record)),
  })
}

interface Deed {
  readonly icon: LucideIcon
  /** "Archived". */
  readonly deed: string
  readonly make: (subject: Shown<'audience'>) => UserChange
  readonly undo: (subject: Shown<'audience'>) => UserChange
}

function edited(id: string, set: JsonRecord): UserChange {
  return { op: 'change', noun: 'audience', id, edit: { set } }
}

function statusChange(status: 'active' | 'archived') {
  return ({ id }: Shown<'audience'>) => edited(id, { status })
}

async function changeAll(client: ActivationClient, subjects: Subjects, deed_of: Deed): Promise<void> {
  const { icon, deed, make, undo } = deed_of
  const done = await madeOf(client, subjects, make, (ended) =>
    showToast({ icon, words: `${deed} ${numberOf(ended)} so far` }),
  )
  if (done.length === 0) return
  const whose = done.length === 1 ? `“${done[0]!.record.name}”` : `${numberOf(done.length)} audiences`
  const undoAll = async () => void (await madeOf(client, done, undo, () => undefined))
  showToast({ icon, words: `${deed} ${whose}`, undo: { run: undoAll } })
}

/** Makes the changes; what was not kept is told. @returns whose change was: those that were so already are not among them */
async function madeOf(
  client: ActivationClient,
  subjects: Subjects,
  make: Deed['make'],
  onProgress: (ended: number) => void,
): Promise<Subjects> {
  change_fault.set(undefined)
  const outcomes = await changeInPortions(client, subjects.map(make), (ended) => {
    if (ended < subjects.length) onProgress(ended)
    return true
  })
  const kept = outcomes.filter(({ ok }) => ok).length
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.ok) continue
    tellFaultOf(subjects[at]!.record.name, outcome.problem.message, subjects.length - kept)
    break
  }
  return subjects.filter((_, at) => {
    const outcome = outcomes[at]
    return outcome?.ok && outcome.seq !== null
  })
}

async function tellFault(work: Promise<ChangeOutcome>, name: string): Promise<void> {
  const outcome = await work
  if (!outcome.ok) tellFaultOf(name, outcome.problem.message, 1)
}

function tellFaultOf(name: string, message: string, left: number): void {
  const others = left > 1 ? ` ${numberOf(left)} audiences are as they were.` : ''
  change_fault.set(`“${name}” was not changed. ${message}${others}`)
}
