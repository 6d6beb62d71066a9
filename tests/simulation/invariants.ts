import { idTimeMs } from '#shared/base/ids.ts'
import { WRITER_RELEASE, type Footer } from '#shared/table/object/footer.ts'
import {
  escapePartitionValue,
  monthOf,
  monthOfObject,
  userOfObject,
  type Month,
} from '#shared/table/object/partition.ts'
import { rowAt, wholeSnapshot, type Snapshot } from '#shared/table/object/snapshot.ts'
import type { Row, StoredRow, TableSchema } from '#shared/table/object/schema.ts'
import { userOfIndex } from '#shared/table/read/legacy-ids.ts'
import { comparePositions } from '#shared/table/read/listing.ts'
import { inspectObject } from '#shared/table/recovery/integrity.ts'
import type { Table } from '#shared/table/table.ts'
import { allPages } from './looks.ts'
import type { History, Operation, Sight } from './history.ts'
import { checkLimits, isLimited } from './quotas.ts'
import { checkStamps, STAMPED_COLUMNS } from './stamps.ts'
import { checkToldCommits } from './told-commits.ts'
import { checkPast, SeenVersions } from './past.ts'

/**
 * Whatever happened, this holds.
 * @param fresh instances that have seen nothing yet, one of each release
 * @throws Error that names the invariant and what broke it
 */
export async function checkHistory(history: History, fresh: readonly Table[]): Promise<void> {
  const misjudged = history.corrupt.find((name) => !history.wasDamaged(name))
  if (misjudged !== undefined) fail(`${misjudged} was called corrupt`)
  const seen = await checkLandings(history)
  const notes = await storedNotes(history)
  for (const table of fresh) await checkListings(history, table, notes)
  for (const [id, { row }] of notes) checkNote(id, row)
  for (const [id, { row }] of notes) checkPast(history, id, row as StoredRow, seen)
  for (const operation of history.operations) checkOperation(operation, notes, history.purgeable)
  const most = checkLimits(history)
  for (const operation of history.operations) if (!isLimited(operation, most)) checkRefusal(operation, history)
  for (const sight of history.sights) checkSight(sight, history.purgeable)
  checkToldCommits(history)
}

/** What is looked at in any case. */
const STORY = ['deleted', 'tags', 'body']
const DAY_MS = 24 * 60 * 60_000

interface StoredNote {
  readonly user_id: string
  readonly row: Row
}

/** A column of the other release; read here whatever the release. */
const COLOUR = { name: 'colour', type: 'string' } as const

/** The rows of an object, with the columns asked for. */
async function rowsOf(history: History, { file }: Snapshot, columns?: readonly string[]): Promise<Row[]> {
  const schema: TableSchema = { ...history.schema, columns: [...history.schema.columns, COLOUR] }
  const rows: Row[] = []
  for (const group of file.groups) {
    const values = columns ? await group.columns(columns) : await group.allColumns()
    for (let at = 0; at < group.row_count; at++) rows.push(rowAt(schema, values, at, columns && new Set(columns)))
  }
  return rows
}

/** Nothing is wrong with an object that an inspection would find. */
async function checkIntegrity({ schema, store }: History, user_id: string, name: string, month: Month): Promise<void> {
  const index = store.bytesOf(`indexes/user_id=${escapePartitionValue(user_id)}/legacy_ids.json`)
  const { tables } = (index ? JSON.parse(Buffer.from(index).toString('utf8')) : { tables: {} }) as OldIds
  const { findings } = await inspectObject(schema, {
    name,
    bytes: store.bytesOf(name)!,
    month,
    monthOfLegacyId: (id) => tables[schema.name]?.[id]?.[1],
  })
  if (findings.length > 0) fail(`${name} would be found wanting: ${findings.map(({ detail }) => detail).join('; ')}`)
}

interface OldIds {
  readonly tables: Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>>
}

/** Every stored row, from the live objects themselves; each id once, in the object that its time names. */
async function storedNotes(history: History): Promise<Map<string, StoredNote>> {
  const { store, schema } = history
  const notes = new Map<string, StoredNote>()
  for (const name of store.names()) {
    if (userOfIndex(name) !== undefined) continue
    const user_id = userOfObject(schema, name) ?? fail(`nobody asked for ${name}`)
    const home = monthOfObject(schema, user_id, name) ?? ''
    await checkIntegrity(history, user_id, name, home)
    for (const row of await rowsOf(history, wholeSnapshot(name, 'live', store.bytesOf(name)!))) {
      const id = String(row['note_id'])
      if (notes.has(id)) fail(`${id} is stored twice`)
      const time_ms = idTimeMs('note', id)
      if (time_ms !== undefined && time_ms !== row['created_at']) fail(`${id} was not created when its id says`)
      if (home !== '' && monthOf(Number(row['created_at'])) !== home) fail(`${id} is not at home in ${name}`)
      notes.set(id, { user_id, row })
    }
  }
  return notes
}

/** An object as it was after a commit. */
interface Landed {
  readonly rev: number
  readonly unknown: number
  readonly rows: ReadonlyMap<string, Row>
  readonly footer: Footer | undefined
  readonly bytes: Uint8Array
  /** Something is in its place since. */
  readonly is_spoilt: boolean
}

const NOTHING: Landed = {
  rev: 0,
  unknown: 0,
  rows: new Map(),
  footer: undefined,
  bytes: new Uint8Array(),
  is_spoilt: false,
}

/** Each object counts its commits without gaps, and no generation loses a row, a change, or what it does not know. */
async function checkLandings(history: History): Promise<SeenVersions> {
  const seen = new SeenVersions(history.schema)
  for (const { status, row } of history.operations) if (status === 'acknowledged' && row) seen.add(row)
  const columns = ['note_id', 'version', ...STAMPED_COLUMNS, ...(history.schema.history?.columns ?? STORY)]
  const before = new Map<string, Landed>()
  const gone = new Set<string>()
  for (const { name, generation, bytes } of history.landings) {
    const last = before.get(name) ?? NOTHING
    if (history.outside.has(generation)) {
      // As it was before, or something that nobody may write over.
      const is_same = history.rewritten.has(generation)
      const expected = is_same ? bytes : last.bytes
      before.set(name, { ...last, bytes: expected, is_spoilt: !Buffer.from(bytes).equals(expected) })
      continue
    }
    if (last.is_spoilt) fail(`${name} was written over although it could not be read`)
    const snapshot = wholeSnapshot(name, generation, bytes)
    const { footer } = snapshot
    if (footer.rev !== last.rev + 1) fail(`${name} went from revision ${last.rev} to ${footer.rev}`)
    if (last.footer) checkFooter(name, last.footer, footer)
    const is_next_release = footer.unknown.get('next_release') === String(footer.rev)
    if (footer.min_writer > WRITER_RELEASE && !is_next_release) fail(`${name} was written by a release that must not`)
    if (footer.unknown.size < last.unknown) fail(`${name} lost what another release wrote in its footer`)
    const listed = await rowsOf(history, snapshot, columns)
    const rows = new Map(listed.map((row) => [String(row['note_id']), row]))
    for (const row of listed) {
      seen.add(row)
      checkStamps(history, footer, row, last.rows.get(String(row['note_id'])))
    }
    for (const id of rows.keys()) if (footer.purged.has(id)) fail(`${id} is there and purged`)
    for (const id of rows.keys()) if (gone.has(id)) fail(`${id} came back after it was purged`)
    for (const [id, earlier] of last.rows) {
      const now = rows.get(id)
      if (!now) {
        if (!history.purgeable.has(id) || earlier['deleted'] !== true) {
          fail(`${name} lost ${id} at revision ${footer.rev}`)
        }
        if (footer.floor < Number(earlier['rev'])) fail(`${name} does not show that ${id} was purged`)
        gone.add(id)
      } else if (marksOf(earlier).some((mark, at) => marksOf(now)[at] !== mark)) {
        fail(`${id} lost a change at revision ${footer.rev} of ${name}`)
      }
    }
    before.set(name, { rev: footer.rev, unknown: footer.unknown.size, rows, footer, bytes, is_spoilt: false })
  }
  return seen
}

/** What an object says of itself only ever grows, but for keys that are a day old. */
function checkFooter(name: string, before: Footer, { floor, epoch, ledger, commits }: Footer): void {
  if (floor < before.floor) fail(`${name} lowered its floor`)
  if (epoch !== before.epoch) fail(`${name} changed its epoch`)
  const written_ms = commits.at(-1)!.time_ms
  for (const { request_hash, time_ms } of before.ledger.entries) {
    if (!ledger.find(request_hash) && time_ms > written_ms - DAY_MS) fail(`${name} forgot a key`)
  }
}

/** A fresh instance lists what is stored, newest first, and nobody else's; also page by page. */
async function checkListings(
  { schema, store }: History,
  table: Table,
  notes: ReadonlyMap<string, StoredNote>,
): Promise<void> {
  for (const user_id of new Set([...notes.values()].map((note) => note.user_id))) {
    const expected = [...notes]
      .filter(([, note]) => note.user_id === user_id)
      .map(([id, { row }]) => ({ id, created_at_ms: Number(row['created_at']) }))
      .toSorted(comparePositions)
      .map(({ id }) => id)
    for (const limit of [1000, 2]) {
      const listed = (await allPages(table, user_id, limit)).map((row) => String(row['note_id']))
      if (listed.join() !== expected.join()) fail(`${user_id} is not shown what is stored`)
    }
  }
  const strays = store.names().filter((name) => !name.startsWith(`${schema.name}/`) && userOfIndex(name) === undefined)
  if (strays.length > 0) fail(`nobody asked for ${strays.join()}`)
}

/** As many changes as the version says, none of them twice; what one release knows survives the other. */
function checkNote(id: string, row: Row): void {
  const marks = marksOf(row)
  if (marks.length !== row['version']) fail(`${id} has version ${String(row['version'])} after ${marks.join()}`)
  if (new Set(marks).size !== marks.length) fail(`${id} was changed twice by one request: ${marks.join()}`)
  const colour = row['size'] === 0 ? null : String(row['size'])
  if (row['colour'] !== colour) fail(`${id} lost what another release wrote: ${String(row['colour'])} for ${colour}`)
}

function marksOf(row: Row): readonly string[] {
  return row['tags'] as readonly string[]
}

function checkOperation(
  operation: Operation,
  notes: ReadonlyMap<string, StoredNote>,
  purgeable: ReadonlySet<string>,
): void {
  const { mark, status, kind, row, note_id, if_match, user_id } = operation
  const carrying = [...notes].filter(([, note]) => marksOf(note.row).includes(mark))
  const times = carrying.length
  if (times > 1) fail(`${mark} was carried out in ${times} notes`)
  if ((status === 'refused' || status === 'unmade') && times > 0) fail(`${mark} was ${status} and carried out`)
  const may_be_gone = note_id !== undefined && purgeable.has(note_id) && !notes.has(note_id)
  if (status === 'acknowledged' && times === 0 && !may_be_gone) fail(`${mark} was acknowledged and is gone`)
  const [found] = carrying
  if (!found) return
  const [id, note] = found
  const marks = marksOf(note.row)
  if (note.user_id !== user_id) fail(`${mark} reached another user`)
  if (status === 'acknowledged' && id !== note_id) fail(`${mark} was acknowledged for ${note_id}, carried out on ${id}`)
  if (kind === 'create' && marks[0] !== mark) fail(`${mark} created what was there`)
  if (if_match !== undefined && marks.indexOf(mark) !== if_match) fail(`${mark} was carried out on another version`)
  if (!row) return
  const acknowledged = marksOf(row)
  if (!acknowledged.includes(mark)) fail(`${mark} was acknowledged without its own change`)
  if (acknowledged.some((earlier, at) => marks[at] !== earlier))
    fail(`${mark} was acknowledged as what it never became`)
}

/** A refusal is true of the note as it was after the question was asked, not of what some instance remembered. */
function checkRefusal(operation: Operation, { operations }: History): void {
  const { mark, status, refusal, note_id, known_version } = operation
  if (status !== 'refused' || !refusal) return
  if (refusal.kind === 'stale-version') {
    const version = Number(refusal.members['version'])
    if (version < known_version) fail(`${mark} was refused at version ${version}, after ${known_version} was known`)
  } else if (refusal.kind === 'not-found') {
    const was_deleted = operations.some(
      (other) => other.kind === 'delete' && other.note_id === note_id && /^(acknowledged|maybe)$/.test(other.status),
    )
    if (!was_deleted) fail(`${mark} did not find ${note_id}, which was there`)
  } else if (refusal.kind === 'idempotency-mismatch' && operation.repeats) {
    // `Client` knows whether it sent another body.
  } else {
    fail(`${mark} was refused as ${refusal.kind}: ${refusal.message}`)
  }
}

/** Nobody sees less than what was acknowledged or shown to anybody before the question, and nothing twice. */
function checkSight({ known, seen, asked, user_id }: Sight, purgeable: ReadonlySet<string>): void {
  const versions = new Map(seen.map(({ id, version }) => [id, version]))
  if (versions.size < seen.length) fail(`${user_id} was shown a note twice: ${seen.map(({ id }) => id).join()}`)
  for (const [id, version] of known) {
    if (asked !== undefined && asked !== id) continue
    const seen_version = versions.get(id) ?? 0
    if (purgeable.has(id) && seen_version === 0) continue
    if (seen_version < version) fail(`${id} was known at version ${version} and then seen at ${seen_version}`)
  }
}

function fail(what: string): never {
  throw new Error(what)
}
