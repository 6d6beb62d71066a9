import { isObject } from '../../base/is-object.ts'
import type { JsonRecord, OutboxEntry, RecordNoun } from './entries.ts'
import { localKind, NOUNS } from './kinds.ts'
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
  const { made_at, unsent, unreadable } = rest
  return {
    made_at,
    audiences: listOf('audience'),
    platforms: listOf('platform'),
    distributions: listOf('distribution'),
    unsent,
    unreadable,
  }
}

/** A record in a file. */
export interface FileRecord {
  readonly noun: RecordNoun
  readonly id: string | undefined
  readonly value: JsonRecord
}

/**
 * The records of a file of this client, or of an export: `{"audiences": […]}`; of this client's also those that it never
 * sent because they were refused. What else is in it is left alone.
 */
export function recordsIn(file: unknown): readonly FileRecord[] {
  if (!isObject(file)) return []
  return NOUNS.flatMap((noun) => {
    const { kind } = localKind(noun)
    const listed = objectsIn(file[kind.name]).map((record) => recordOf(noun, record[kind.id_column], record))
    const known = new Set(listed.map(({ id }) => id))
    return [...listed, ...creationsIn(file, noun).filter(({ id }) => id !== undefined && !known.has(id))]
  })
}

function creationsIn(file: JsonRecord, noun: RecordNoun): readonly FileRecord[] {
  return objectsIn(file['unsent']).flatMap(({ kind, id, change }) => {
    const is_creation = kind === noun && isObject(change) && change['op'] === 'create' && isObject(change['value'])
    return is_creation ? [recordOf(noun, id, change['value'] as JsonRecord)] : []
  })
}

function recordOf(noun: RecordNoun, id: unknown, record: JsonRecord): FileRecord {
  const { kind } = localKind(noun)
  const fields = Object.entries(record).filter(([name]) => {
    // A platform is connected by a test, there as here.
    return Object.hasOwn(kind.fields.shape, name) && !(noun === 'platform' && name === 'status')
  })
  return { noun, id: typeof id === 'string' ? id : undefined, value: Object.fromEntries(fields) }
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
