import { canonicalSpelling } from '../../base/ids.ts'
import { isObject } from '../../base/is-object.ts'
import { LeastRecentlyUsed } from '../../base/lru.ts'
import { writeJson } from '../../objects/json-object.ts'
import type { ObjectStore } from '../../objects/object-store.ts'
import { NO_OBJECT, StoreError } from '../../objects/object-store.ts'
import { CorruptFile } from '../../parquet/corrupt-file.ts'
import { namingObject } from '../object/failures.ts'
import { escapePartitionValue, unescapePartitionValue, type Month } from '../object/partition.ts'
import type { TableSchema } from '../object/schema.ts'

/**
 * Where records imported from the old system are: their ids carry no time. One small object per user, written by the
 * import only; an entry never changes, so what was once read here needs no second look.
 *
 * `indexes/user_id={u}/legacy_ids.json`: `{"format": 1, "tables": {"audiences": {"aud_ab12cd34": ["aud-ab12cd34", "202505"]}}}`
 */
export interface LegacyEntry {
  /** The id as it was imported, and as it is stored. */
  readonly id: string
  readonly month: Month
}

interface LegacyIndex {
  readonly generation: string
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, LegacyEntry>>
}

const USERS_KEPT = 1000
/** Only imports write here, and rarely two of one user simultaneously. */
const ADD_ATTEMPTS = 8

export class LegacyIds {
  readonly #store: ObjectStore
  readonly #known = new LeastRecentlyUsed<LegacyIndex>(USERS_KEPT)
  readonly #reading = new Map<string, Promise<LegacyIndex>>()

  constructor(store: ObjectStore) {
    this.#store = store
  }

  /** The entry of an old id, in either of its spellings (`aud-ab12cd34`, `aud_ab12cd34`). */
  async find(schema: TableSchema, user_id: string, id: string): Promise<LegacyEntry | undefined> {
    const spelling = canonicalSpelling(schema, id)
    const known = (): LegacyEntry | undefined => this.#known.get(user_id)?.tables.get(schema.name)?.get(spelling)
    // A caller that arrives during the first fetch of the index waits for that one copy.
    if (!this.#known.has(user_id)) await Promise.allSettled([this.#reading.get(user_id)])
    return known() ?? (await this.#read(user_id)).tables.get(schema.name)?.get(spelling)
  }

  /** All entries of a user, by canonical spelling: one GET. */
  async findAll(schema: TableSchema, user_id: string): Promise<ReadonlyMap<string, LegacyEntry>> {
    return (await this.#read(user_id)).tables.get(schema.name) ?? new Map<string, LegacyEntry>()
  }

  /**
   * Adds entries that are not there yet, and returns all entries of the table as they now stand. An entry that exists
   * stays as it is. Must be committed before the rows it tells of.
   * @throws StoreError, also when others keep writing the same index; CorruptObject
   */
  async add(
    schema: TableSchema,
    user_id: string,
    entries: readonly LegacyEntry[],
  ): Promise<ReadonlyMap<string, LegacyEntry>> {
    for (let attempt = 0; attempt < ADD_ATTEMPTS; attempt++) {
      const index = await this.#read(user_id)
      const table = new Map(index.tables.get(schema.name))
      const missing = entries.filter(({ id }) => !table.has(canonicalSpelling(schema, id)))
      if (missing.length === 0) return table
      for (const entry of missing) table.set(canonicalSpelling(schema, entry.id), entry)
      const tables = new Map(index.tables).set(schema.name, table)
      const result = await writeJson(this.#store, indexName(user_id), encodeIndex(tables), index.generation)
      if (result.kind === 'written') {
        this.#known.set(user_id, { generation: result.generation, tables })
        return table
      }
    }
    throw new StoreError('throttled', `others keep writing ${indexName(user_id)}`)
  }

  async #read(user_id: string): Promise<LegacyIndex> {
    const reading = this.#fetch(user_id)
    this.#reading.set(user_id, reading)
    try {
      return await reading
    } finally {
      if (this.#reading.get(user_id) === reading) this.#reading.delete(user_id)
    }
  }

  async #fetch(user_id: string): Promise<LegacyIndex> {
    const name = indexName(user_id)
    const known = this.#known.get(user_id)
    const has_object = known !== undefined && known.generation !== NO_OBJECT
    const result = await this.#store.read(name, has_object ? { unless: known.generation } : {})
    if (result.kind === 'unmodified') return known!
    const index: LegacyIndex =
      result.kind === 'absent'
        ? { generation: NO_OBJECT, tables: new Map() }
        : { generation: result.generation, tables: await namingObject(name, () => decodeIndex(result.bytes)) }
    this.#known.set(user_id, index)
    return index
  }
}

function indexName(user_id: string): string {
  return `indexes/user_id=${escapePartitionValue(user_id)}/legacy_ids.json`
}

/** Whose index an object is; `undefined` when it is none. */
export function userOfIndex(name: string): string | undefined {
  const folder = /^indexes\/user_id=([^/]+)\//.exec(name)?.[1]
  const user_id = folder === undefined ? undefined : unescapePartitionValue(folder)
  return user_id !== undefined && name === indexName(user_id) ? user_id : undefined
}

function encodeIndex(tables: ReadonlyMap<string, ReadonlyMap<string, LegacyEntry>>): string {
  const json = Object.fromEntries(
    [...tables].map(([table, entries]) => [
      table,
      Object.fromEntries([...entries].map(([spelling, { id, month }]) => [spelling, [id, month]])),
    ]),
  )
  return JSON.stringify({ format: 1, tables: json })
}

/** @throws CorruptFile */
function decodeIndex(bytes: Uint8Array): LegacyIndex['tables'] {
  try {
    const { format, tables } = JSON.parse(new TextDecoder().decode(bytes)) as { format: unknown; tables: unknown }
    if (format !== 1) throw new CorruptFile(`the index of old ids has format ${String(format)}`)
    return new Map(membersOf(tables).map(([table, entries]) => [table, new Map(membersOf(entries).map(decodeEntry))]))
  } catch (cause) {
    if (cause instanceof CorruptFile) throw cause
    throw new CorruptFile('the index of old ids cannot be read', { cause })
  }
}

function decodeEntry([spelling, entry]: [string, unknown]): [string, LegacyEntry] {
  const [id, month] = Array.isArray(entry) ? (entry as unknown[]) : []
  if (typeof id !== 'string' || typeof month !== 'string' || !/^(\d{6})?$/.test(month)) {
    throw new CorruptFile('an entry of the index of old ids is not an id and a month')
  }
  return [spelling, { id, month }]
}

function membersOf(value: unknown): [string, unknown][] {
  if (isObject(value)) return Object.entries(value)
  throw new CorruptFile('the index of old ids lacks a table')
}
