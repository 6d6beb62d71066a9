import { isObject } from '../../base/is-object.ts'
import type { JsonRecord, OutboxEntry, RecordNoun } from './entries.ts'
import { localKind, NOUNS } from './kinds.ts'
import { isOutboxEntry } from './read-storage.ts'
import type { ChangeOutcome } from './user-changes.ts'

/** Everything of one account on a device: its records as they are shown, and the changes that the service does not have. */
export interface DataFile {
  readonly made_at: string
  readonly audiences: readonly JsonRecord[]
  readonly platforms: readonly JsonRecord[]
  readonly distributions: readonly JsonRecord[]
  readonly unsent: readonly OutboxEntry[]
  /** Changes that this device cannot read, with what is left of them. */
  readonly unreadable: readonly object[]
}

export function dataFileOf(
  listOf: (noun: RecordNoun) => readonly JsonRecord[],
  rest: Pick<DataFile, 'made_at' | 'unsent' | 'unreadable'>,
): DataFile {
  return {
    audiences: listOf('audience'),
    platforms: listOf('platform'),
    distributions: listOf('distribution'),
    ...rest,
  }
}

/** What a file has that this device does not. */
export interface NewInFile {
  readonly records: readonly FileRecord[]
  /** Changes of records that are here, or are made without them. */
  readonly edits: readonly OutboxEntry[]
  /** How many of its records are here already. */
  readonly known: number
}

/** Of a file of this client, or of an export. @param isHere whether this device has a record */
export function newIn(file: unknown, isHere: (noun: RecordNoun, id: string) => boolean): NewInFile {
  const all = recordsIn(file)
  const records = all.filter(({ noun, id }) => id === undefined || !isHere(noun, id))
  const whole = new Set(records.flatMap(({ id, is_shown }) => (is_shown ? [id] : [])))
  const edits = changesIn(file).filter(({ id, change }) => change.op !== 'create' && !whole.has(id))
  return { records, edits, known: all.length - records.length }
}

/** A record in a file, as the change that makes it here. */
interface FileRecord {
  readonly op: 'create'
  readonly noun: RecordNoun
  readonly id: string | undefined
  readonly value: JsonRecord
  /** As it was shown: the edits that were not sent are in it. */
  readonly is_shown: boolean
}

/** The records of a file of this client, or of an export: `{"audiences": […]}`; and those whose creation was refused. */
function recordsIn(file: unknown): readonly FileRecord[] {
  if (!isObject(file)) return []
  return NOUNS.flatMap((noun) => {
    const { kind } = localKind(noun)
    const listed = objectsIn(file[kind.name]).map((record) => recordOf(noun, record[kind.id_column], record, true))
    const known = new Set(listed.map(({ id }) => id))
    const created = changesIn(file).flatMap(({ kind: of, id, change }) =>
      of === noun && change.op === 'create' && !known.has(id) ? [recordOf(noun, id, change.value, false)] : [],
    )
    return [...listed, ...created]
  })
}

/** The changes of a file that were not sent, as far as they can be read. */
function changesIn(file: unknown): readonly OutboxEntry[] {
  const unsent: readonly unknown[] = isObject(file) ? objectsIn(file['unsent']) : []
  return unsent.filter(isOutboxEntry)
}

function recordOf(noun: RecordNoun, id: unknown, record: JsonRecord, is_shown: boolean): FileRecord {
  const { kind } = localKind(noun)
  const fields = Object.entries(record).filter(([name]) => {
    // A platform is connected by a test, there as here.
    return Object.hasOwn(kind.fields.shape, name) && !(noun === 'platform' && name === 'status')
  })
  return {
    op: 'create',
    noun,
    id: typeof id === 'string' ? id : undefined,
    value: Object.fromEntries(fields),
    is_shown,
  }
}

function objectsIn(list: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter(isObject) : []
}

/** How many records were made, were here before, and were refused. */
export interface TakenIn {
  readonly made: number
  readonly known: number
  readonly refused: number
}

export async function takenIn<Found>(
  records: Iterable<Found> | AsyncIterable<Found>,
  takeIn: (record: Found) => Promise<ChangeOutcome>,
): Promise<TakenIn> {
  const counts = { made: 0, known: 0, refused: 0 }
  for await (const record of records) {
    const outcome = await takeIn(record)
    if (!outcome.ok) counts.refused++
    else if (outcome.seq === null) counts.known++
    else counts.made++
  }
  return counts
}
