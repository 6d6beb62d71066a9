import { idTime_ms } from '#shared/base/ids.ts'
import { monthOf, monthOfObject } from '#shared/table/partition.ts'
import { rowAt, wholeSnapshot } from '#shared/table/snapshot.ts'
import type { Row } from '#shared/table/schema.ts'
import type { Table } from '#shared/table/table.ts'
import { NOTES } from '#tests/table/notes.ts'
import type { History, Operation, Sight } from './history.ts'

/** Whatever happened, this holds. @throws Error that names the invariant and what broke it */
export async function checkHistory(history: History, fresh: Table): Promise<void> {
  checkRevisions(history)
  const notes = await storedNotes(history)
  await checkListings(history, fresh, notes)
  for (const [id, { row }] of notes) checkNote(id, row)
  for (const operation of history.operations) checkOperation(operation, notes)
  for (const operation of history.operations) checkRefusal(operation, history)
  for (const sight of history.sights) checkSight(sight)
}

interface StoredNote {
  readonly user_id: string
  readonly row: Row
}

/** Every stored row, from the live objects themselves; each id once, in the object that its time names. */
async function storedNotes({ store }: History): Promise<Map<string, StoredNote>> {
  const notes = new Map<string, StoredNote>()
  for (const name of store.names()) {
    const user_id = /user_id=([a-z]+)/.exec(name)?.[1] ?? ''
    const month = monthOfObject(NOTES, user_id, name)
    const { file } = wholeSnapshot(name, 'live', store.bytesOf(name)!)
    for (const group of file.groups) {
      const values = await group.allColumns()
      for (let at = 0; at < group.row_count; at++) {
        const row = rowAt(NOTES, values, at)
        const id = String(row['note_id'])
        if (notes.has(id)) fail(`${id} is stored twice`)
        if (idTime_ms('note', id) !== row['created_at']) fail(`${id} was not created when its id says`)
        if (monthOf(Number(row['created_at'])) !== month) fail(`${id} is not at home in ${name}`)
        notes.set(id, { user_id, row })
      }
    }
  }
  return notes
}

/** Each object counts its commits without gaps, and no generation loses a row or a version. */
function checkRevisions({ landings }: History): void {
  const revisions = new Map<string, { rev: number; rows: number }>()
  for (const { name, generation, bytes } of landings) {
    const { footer, file } = wholeSnapshot(name, generation, bytes)
    const before = revisions.get(name) ?? { rev: 0, rows: 0 }
    const rows = file.groups.reduce((sum, group) => sum + group.row_count, 0)
    if (footer.rev !== before.rev + 1) fail(`${name} went from revision ${before.rev} to ${footer.rev}`)
    if (rows < before.rows) fail(`${name} lost rows at revision ${footer.rev}`)
    revisions.set(name, { rev: footer.rev, rows })
  }
}

/** A fresh instance lists what is stored, newest first, and nobody else's. */
async function checkListings({ store }: History, table: Table, notes: ReadonlyMap<string, StoredNote>): Promise<void> {
  for (const user_id of new Set([...notes.values()].map((note) => note.user_id))) {
    const page = await table.page(user_id, { limit: 1e6, after: undefined, with_details: false, matches: () => true })
    const listed = page.rows.map((row) => String(row['note_id']))
    const expected = [...notes].filter(([, note]) => note.user_id === user_id).map(([id]) => id)
    if (listed.join() !== expected.toSorted().toReversed().join()) fail(`${user_id} is not shown what is stored`)
  }
  const strays = store.names().filter((name) => !name.startsWith('notes/'))
  if (strays.length > 0) fail(`nobody asked for ${strays.join()}`)
}

/** As many changes as the version says, none of them twice. */
function checkNote(id: string, row: Row): void {
  const marks = row['tags'] as readonly string[]
  if (marks.length !== row['version']) fail(`${id} has version ${String(row['version'])} after ${marks.join()}`)
  if (new Set(marks).size !== marks.length) fail(`${id} was changed twice by one request: ${marks.join()}`)
}

function checkOperation(operation: Operation, notes: ReadonlyMap<string, StoredNote>): void {
  const { mark, status, kind, row, note_id, if_match, user_id } = operation
  const carrying = [...notes].filter(([, note]) => (note.row['tags'] as readonly string[]).includes(mark))
  const times = carrying.length
  if (times > 1) fail(`${mark} was carried out in ${times} notes`)
  if ((status === 'refused' || status === 'unmade') && times > 0) fail(`${mark} was ${status} and carried out`)
  if (status === 'acknowledged' && times === 0) fail(`${mark} was acknowledged and is gone`)
  const [found] = carrying
  if (!found) return
  const [id, note] = found
  const marks = note.row['tags'] as readonly string[]
  if (note.user_id !== user_id) fail(`${mark} reached another user`)
  if (status === 'acknowledged' && id !== note_id) fail(`${mark} was acknowledged for ${note_id}, carried out on ${id}`)
  if (kind === 'create' && marks[0] !== mark) fail(`${mark} created what was there`)
  if (if_match !== undefined && marks.indexOf(mark) !== if_match) fail(`${mark} was carried out on another version`)
  if (!row) return
  const acknowledged = row['tags'] as readonly string[]
  if (!acknowledged.includes(mark)) fail(`${mark} was acknowledged without its own change`)
  if (acknowledged.some((earlier, at) => marks[at] !== earlier))
    fail(`${mark} was acknowledged as what it never became`)
}

/** A refusal is true of the note as it was after the question was asked, not of what some instance remembered. */
function checkRefusal({ mark, status, refusal, note_id, known_version }: Operation, { operations }: History): void {
  if (status !== 'refused' || !refusal) return
  if (refusal.kind === 'stale-version') {
    const version = Number(refusal.members['version'])
    if (version < known_version) fail(`${mark} was refused at version ${version}, after ${known_version} was known`)
  } else if (refusal.kind === 'not-found') {
    const was_deleted = operations.some(
      (other) => other.kind === 'delete' && other.note_id === note_id && /^(acknowledged|maybe)$/.test(other.status),
    )
    if (!was_deleted) fail(`${mark} did not find ${note_id}, which was there`)
  } else {
    fail(`${mark} was refused as ${refusal.kind}: ${refusal.message}`)
  }
}

/** No reader goes behind what was acknowledged before it asked. */
function checkSight({ known, seen, asked }: Sight): void {
  for (const [id, version] of known) {
    if (asked !== undefined && asked !== id) continue
    const seen_version = seen.get(id) ?? 0
    if (seen_version < version) fail(`${id} was acknowledged at version ${version} and then seen at ${seen_version}`)
  }
}

function fail(what: string): never {
  throw new Error(what)
}
