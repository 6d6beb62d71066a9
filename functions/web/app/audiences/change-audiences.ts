import { Archive, ArchiveRestore, Copy, Tags, Trash2, type LucideIcon } from 'lucide-react'

import type { ActivationClient } from '#shared/client/client.ts'
import type { JsonRecord } from '#shared/client/store/entries.ts'
import type { ChangeOutcome, UserChange } from '#shared/client/store/user-changes.ts'
import { change_fault } from '../actions/change-fault.ts'
import { countOf, numberOf } from '../format/numbers.ts'
import { showToast, toast, type ToastContent } from '../parts/toasts.ts'
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

export interface Retagging {
  /** What becomes of the tags of each. */
  readonly edit: (tags: readonly string[]) => readonly string[]
  /** What the toast says was done. */
  readonly deed?: string
  readonly onUndo?: () => void
}

/** @returns whether it was done to all of them */
export async function retagAudiences(
  client: ActivationClient,
  subjects: Subjects,
  { edit, deed = 'Changed the tags of', onUndo }: Retagging,
): Promise<boolean> {
  const setTags = (id: string, tags: readonly string[]) => edited(id, { metadata: { tags } })
  return await changeAll(client, subjects, {
    icon: Tags,
    deed,
    make: ({ id, record }) => setTags(id, edit(tagsOf(record))),
    undo: ({ id, record }) => setTags(id, tagsOf(record)),
    onUndo,
  })
}

interface Deed {
  readonly icon: LucideIcon
  /** "Archived". */
  readonly deed: string
  readonly make: (subject: Shown<'audience'>) => UserChange
  readonly undo: (subject: Shown<'audience'>) => UserChange
  readonly onUndo?: (() => void) | undefined
}

function edited(id: string, set: JsonRecord): UserChange {
  return { op: 'change', noun: 'audience', id, edit: { set } }
}

function statusChange(status: 'active' | 'archived') {
  return ({ id }: Shown<'audience'>) => edited(id, { status })
}

/** @returns whether it was done to all of them */
async function changeAll(client: ActivationClient, subjects: Subjects, deed_of: Deed): Promise<boolean> {
  const { icon, deed, make, undo, onUndo } = deed_of
  const { done, left } = await madeOf(client, subjects, make, { icon, deed })
  if (done.length === 0) return left === 0
  const whose = done.length === 1 ? `“${done[0]!.record.name}”` : `${numberOf(done.length)} audiences`
  const stopped = left > 0 ? `; ${leftInWords(left)}` : ''
  const undoAll = async () => {
    onUndo?.()
    const undone = await madeOf(client, done, undo, { icon, deed: 'Undid' })
    if (undone.left === 0) return
    const stay = countOf(undone.left, 'audience stays changed', 'audiences stay changed')
    showToast({ icon, words: `Undid ${numberOf(undone.done.length)}; ${stay}` })
  }
  showToast({ icon, words: `${deed} ${whose}${stopped}`, undo: { run: undoAll } })
  return left === 0
}

interface Made {
  /** Whose change was made: those that were so already are not among them. */
  readonly done: Subjects
  /** How many were not tried, or not kept. */
  readonly left: number
}

/** Makes the changes, which can be stopped between portions; what was not kept is told. */
async function madeOf(
  client: ActivationClient,
  subjects: Subjects,
  make: Deed['make'],
  { icon, deed }: Pick<Deed, 'icon' | 'deed'>,
): Promise<Made> {
  change_fault.set(undefined)
  let is_wanted = true
  let progress: ToastContent | undefined
  const stop = () => {
    is_wanted = false
  }
  const outcomes = await changeInPortions(client, subjects.map(make), (ended) => {
    if (!is_wanted || ended === subjects.length) return is_wanted
    progress = { icon, words: `${deed} ${numberOf(ended)} so far`, undo: { words: 'Stop', run: stop } }
    showToast(progress)
    return true
  })
  if (progress && toast.get() === progress) toast.set(undefined)
  const left = subjects.length - outcomes.filter(({ ok }) => ok).length
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.ok) continue
    tellFaultOf(subjects[at]!.record.name, outcome.problem.message, left)
    break
  }
  const done = subjects.filter((_, at) => {
    const outcome = outcomes[at]
    return outcome?.ok && outcome.seq !== null
  })
  return { done, left }
}

async function tellFault(work: Promise<ChangeOutcome>, name: string): Promise<void> {
  const outcome = await work
  if (!outcome.ok) tellFaultOf(name, outcome.problem.message, 1)
}

function tellFaultOf(name: string, message: string, left: number): void {
  const others = left > 1 ? ` ${leftInWords(left)}.` : ''
  change_fault.set(`“${name}” was not changed. ${message}${others}`)
}

function leftInWords(left: number): string {
  return countOf(left, 'audience is as it was', 'audiences are as they were')
}
