import { isoTime } from '#shared/base/clock.ts'
import { canonicalSpelling } from '#shared/base/ids.ts'
import type { ObjectHistory, StoredGeneration } from '#shared/objects/object-history.ts'
import { NO_OBJECT, type Generation, type ObjectStore } from '#shared/objects/object-store.ts'
import { CorruptFile } from '#shared/parquet/corrupt-file.ts'
import { topLevelColumns } from '#shared/parquet/schema.ts'
import { NewerFormat } from '#shared/table/object/footer.ts'
import { differences, rowsById, type Difference } from '#shared/table/recovery/restore.ts'
import type { Replacement } from '#shared/table/recovery/new-epoch.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import { wholeSnapshot, type Snapshot } from '#shared/table/object/snapshot.ts'
import type { KeptObject } from './objects.ts'
import { OperatorError } from '#infra/command/operator-error.ts'

/** The state to restore; `undefined` to give the live objects a new epoch. */
export type Source = { readonly generation: Generation } | { readonly at_ms: number } | undefined

export interface RestoreGoal {
  readonly source: Source
  /** Restores only these records; all when empty. */
  readonly record_ids: readonly string[]
  readonly new_epoch: boolean
}

/** What a restore would change in one object. */
export type Plan = {
  readonly object: KeptObject
  /** Further lines for the operator. */
  readonly remarks: readonly string[]
} & (
  | {
      readonly kind: 'differences'
      readonly live: Opened
      /** `undefined` when the object did not exist then. */
      readonly old: Opened | undefined
      readonly found: readonly Difference[]
      /** Number of compared records that do not differ. */
      readonly same: number
    }
  | { readonly kind: 'new_epoch'; readonly records: number; readonly replacement: Replacement | undefined }
  | { readonly kind: 'nothing'; readonly reason: string }
  | { readonly kind: 'impossible'; readonly reason: string }
)

/** A readable generation and its rows. */
export interface Opened {
  readonly snapshot: Snapshot
  readonly rows: ReadonlyMap<string, StoredRow>
}

type Live =
  | { readonly kind: 'readable'; readonly opened: Opened }
  | { readonly kind: 'unreadable'; readonly generation: Generation; readonly reason: string }
  | { readonly kind: 'absent' }

/** Plans the restore of one object; changes nothing. @throws StoreError */
export async function planRestore(
  store: ObjectStore,
  history: ObjectHistory,
  object: KeptObject,
  goal: RestoreGoal,
): Promise<Plan> {
  try {
    const live = await readLive(store, object)
    return await new Planner(history, object, goal).plan(live)
  } catch (error) {
    if (error instanceof OperatorError) return { kind: 'impossible', object, reason: error.message, remarks: [] }
    throw error
  }
}

async function readLive(store: ObjectStore, object: KeptObject): Promise<Live> {
  const result = await store.read(object.name)
  if (result.kind !== 'found') return { kind: 'absent' }
  const { generation, bytes } = result
  const opened = await open(object, generation, bytes)
  if (typeof opened !== 'string') return { kind: 'readable', opened }
  return { kind: 'unreadable', generation, reason: opened }
}

/** @returns the rows, or why the generation is unreadable @throws OperatorError when a newer release is needed */
async function open(object: KeptObject, generation: Generation, bytes: Uint8Array): Promise<Opened | string> {
  try {
    const snapshot = wholeSnapshot(object.name, generation, bytes)
    return { snapshot, rows: await rowsById(object.kind.kind, snapshot) }
  } catch (error) {
    if (error instanceof NewerFormat) throw new OperatorError(newerRelease(error.message), { cause: error })
    if (error instanceof CorruptFile) return error.message
    throw error
  }
}

class Planner {
  readonly #history: ObjectHistory
  readonly #object: KeptObject
  readonly #goal: RestoreGoal

  constructor(history: ObjectHistory, object: KeptObject, goal: RestoreGoal) {
    this.#history = history
    this.#object = object
    this.#goal = goal
  }

  async plan(live: Live): Promise<Plan> {
    const { source, new_epoch } = this.#goal
    if (live.kind === 'readable') {
      if (source && new_epoch) {
        throw new OperatorError(
          'The live object is readable: restore it without --new-epoch, which keeps later changes of others.',
        )
      }
      return source ? await this.#compare(live.opened, source) : this.#newEpoch(live.opened, undefined, [])
    }
    if (!source && live.kind === 'absent') return this.#nothing('there is no live object')
    return await this.#replace(live, source)
  }

  /** An ordinary restore: the differences between live and old records. */
  async #compare(live: Opened, source: NonNullable<Source>): Promise<Plan> {
    const { kind, rules } = this.#object.kind
    const stored = await this.#find(source)
    const old = stored && (await this.#open(stored))
    if (old) requireKnownColumns(old.snapshot, kind.columns)
    const old_rows = old?.rows ?? new Map<string, StoredRow>()
    const ids = this.#idsIn(live.rows, old_rows)
    if (ids.length === 0) return this.#nothing('the object has none of these records')
    const found = differences(kind, rules, live.rows, old_rows, ids, live.snapshot.footer.purged_version)
    const same = ids.length - found.length
    return { kind: 'differences', object: this.#object, live, old, found, same, remarks: [] }
  }

  /** The live object is unreadable or missing: a whole old generation replaces it. */
  async #replace(live: Exclude<Live, { kind: 'readable' }>, source: Source): Promise<Plan> {
    const cause = live.kind === 'absent' ? 'There is no live object' : `The live object is unreadable: ${live.reason}`
    const newest = await this.#newestReadable()
    const advice = newest ? `the newest readable one is --generation ${newest.generation}` : 'none is readable'
    if (!source) throw new OperatorError(`${cause}. Choose a generation to replace it: ${advice}.`)
    if (this.#goal.record_ids.length > 0) {
      throw new OperatorError(`${cause}. Only a whole generation can replace it: remove --record.`)
    }
    const stored = await this.#find(source)
    if (!stored) return this.#nothing('the object did not exist then, and now it is unreadable or missing')
    const old = await this.#open(stored)
    const is_newest = stored.generation === newest?.generation
    const remarks = [
      `${cause}. Generation ${stored.generation} replaces it.`,
      is_newest
        ? 'It is the newest readable generation: anything written after it is lost.'
        : `Anything written after it is lost, and its secrets are not restored; ${advice}.`,
    ]
    const over = live.kind === 'absent' ? NO_OBJECT : live.generation
    const { restored } = this.#object.kind.rules
    // Later deletions and deliveries are unknown, so records are restored as from a tombstone.
    const settle = (row: StoredRow): StoredRow => (row.deleted ? row : restored(row, undefined))
    const replacement = { base: old.snapshot, over, ...(is_newest ? {} : { settle }) }
    return this.#newEpoch(old, replacement, remarks)
  }

  #newEpoch(opened: Opened, replacement: Replacement | undefined, remarks: readonly string[]): Plan {
    return { kind: 'new_epoch', object: this.#object, records: opened.rows.size, replacement, remarks }
  }

  #nothing(reason: string): Plan {
    return { kind: 'nothing', object: this.#object, reason, remarks: [] }
  }

  #idsIn(live: Opened['rows'], old: Opened['rows']): string[] {
    const ids = [...new Set([...old.keys(), ...live.keys()])]
    const { record_ids } = this.#goal
    if (record_ids.length === 0) return ids
    const { kind } = this.#object.kind
    const wanted = new Set(record_ids.map((id) => canonicalSpelling(kind, id)))
    return ids.filter((id) => wanted.has(canonicalSpelling(kind, id)))
  }

  /** The generation to restore; `undefined` when the object did not exist then. */
  async #find(source: NonNullable<Source>): Promise<StoredGeneration | undefined> {
    const { generations } = this.#object
    const [oldest] = generations
    const range = oldest ? `; the oldest is ${oldest.generation} of ${isoTime(oldest.created_at_ms)}` : ''
    if ('generation' in source) {
      const named = generations.find(({ generation }) => generation === source.generation)
      if (named) return named
      throw new OperatorError(`The bucket does not keep generation ${source.generation}${range}.`)
    }
    const { at_ms } = source
    const live_then = generations.find(
      ({ created_at_ms, replaced_at_ms = Infinity }) => created_at_ms <= at_ms && at_ms < replaced_at_ms,
    )
    if (live_then || !oldest || oldest.created_at_ms <= at_ms) return live_then
    // Revision 1 is the object's first; before any other revision there were generations that are gone.
    const { snapshot } = await this.#open(oldest)
    if (snapshot.footer.rev === 1) return undefined
    throw new OperatorError(`The bucket does not keep the generation of ${isoTime(at_ms)} any more${range}.`)
  }

  async #open(stored: StoredGeneration): Promise<Opened> {
    const opened = await openStored(this.#history, this.#object, stored)
    if (typeof opened !== 'string') return opened
    throw new OperatorError(`Generation ${stored.generation} is unreadable too: ${opened}.`)
  }

  async #newestReadable(): Promise<StoredGeneration | undefined> {
    for (const stored of this.#object.generations.toReversed()) {
      if (typeof (await openStored(this.#history, this.#object, stored)) !== 'string') return stored
    }
    return undefined
  }
}

/** @returns the generation's rows, or why it is unreadable */
export async function openStored(
  history: ObjectHistory,
  object: KeptObject,
  { name, generation }: StoredGeneration,
): Promise<Opened | string> {
  const bytes = await history.read(name, generation)
  return bytes ? await open(object, generation, bytes) : 'the bucket does not keep it any more'
}

/** Restoring without the columns of a newer release would lose them silently. */
function requireKnownColumns({ file }: Snapshot, columns: readonly { readonly name: string }[]): void {
  const known = new Set(columns.map(({ name }) => name))
  const unknown = [...topLevelColumns(file.schema).keys()].filter((name) => !known.has(name))
  if (unknown.length > 0) throw new OperatorError(newerRelease(`it has ${unknown.join(', ')}`))
}

function newerRelease(reason: string): string {
  return `The object was written by a newer release (${reason}): restore it with that release.`
}
