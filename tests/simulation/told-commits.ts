import type { CommitEvent } from '#shared/table/events.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import type { History } from './history.ts'

/**
 * The audit trail tells the truth: no commit twice, none that never was, and each acknowledged change once. Of what an
 * instance did before it crashed, and never acknowledged, nothing may be told.
 */
export function checkToldCommits(history: History): void {
  const revisions = new Map<string, number>()
  for (const { name, generation, bytes } of history.landings) {
    if (history.outside.has(generation)) continue
    const { commits, rev } = wholeSnapshot(name, generation, bytes).footer
    revisions.set(`${name} ${commits.at(-1)!.commit_id}`, rev)
  }
  const told = new Set<string>()
  const changes = new Set<string>()
  for (const commit of history.commits) {
    const key = `${commit.object} ${commit.commit_id}`
    if (told.has(key)) fail(`revision ${commit.rev} of ${commit.object} is told twice`)
    told.add(key)
    if (revisions.get(key) !== commit.rev) fail(`revision ${commit.rev} of ${commit.object} is told and never was`)
    noteChanges(changes, commit)
  }
  for (const { mark, status, row, is_replay } of history.operations) {
    if (status !== 'acknowledged' || is_replay || !row) continue
    const change = `${String(row['note_id'])} ${String(row['version'])}`
    if (!changes.has(change)) fail(`${mark} was acknowledged and no commit tells of it`)
  }
}

function noteChanges(changes: Set<string>, { object, rev, records }: CommitEvent): void {
  for (const { id, version_before, version_after } of records) {
    if (version_after === 0) continue
    const change = `${id} ${version_after}`
    if (version_after !== version_before + 1) fail(`revision ${rev} of ${object} tells of versions left out of ${id}`)
    if (changes.has(change)) fail(`version ${version_after} of ${id} is told of twice`)
    changes.add(change)
  }
}

function fail(what: string): never {
  throw new Error(what)
}
