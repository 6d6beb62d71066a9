import { canonicalSpelling } from '#shared/base/ids.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { PLATFORMS, type PlatformRow } from '#shared/records/platform.ts'
import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { ObjectListing, ObjectStore } from '#shared/objects/object-store.ts'
import type { TableEvents } from '#shared/table/events.ts'
import { asProblem, CorruptObject, retryReads } from '#shared/table/object/failures.ts'
import { inspectObject, type Finding } from '#shared/table/recovery/integrity.ts'
import { LegacyIds } from '#shared/table/read/legacy-ids.ts'
import { monthOfObject, type Month } from '#shared/table/object/partition.ts'
import type { TableSchema } from '#shared/table/object/schema.ts'
import type { Snapshot } from '#shared/table/object/snapshot.ts'
import type { Table } from '#shared/table/table.ts'
import { INDEX_FOLDER, tableFolder } from '#shared/table/read/user-folders.ts'
import type { Job, Sums, UserTask } from '../runner/job.ts'

export interface IntegrityDependencies {
  readonly audiences: Table<AudienceRow>
  readonly platforms: Table<PlatformRow>
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Random
  readonly events: TableEvents
}

interface IntegritySums extends Sums {
  objects: number
  bytes: number
  records: number
  findings: number
  unreadable: number
  strays: number
  orphans: number
}

type IntegrityTask = UserTask<IntegritySums>

/** What distributions refer to: reading them first means that everything they name was there before. */
const REFERRED_TO = [
  { column: 'audience_id', kind: AUDIENCES, table: 'audiences' },
  { column: 'platform_id', kind: PLATFORMS, table: 'platforms' },
] as const satisfies readonly { column: keyof DistributionRow; kind: object; table: string }[]

/** Beyond it every id that seems to be missing counts as missing without another look. */
const LOOKED_UP_MAX = 100

/**
 * Reads every object whole, past all caches, and reports what is not as it should be; it repairs nothing. Of one user it
 * holds one object at a time, and the ids of all.
 *
 * Cost: one GET for each object, three for an index of old ids, and one for each reference that seems to lead nowhere.
 */
export function integrityJob(dependencies: IntegrityDependencies): Job<IntegritySums> {
  return {
    name: 'integrity',
    top_folders: [...[AUDIENCES, PLATFORMS, DISTRIBUTIONS].map(tableFolder), INDEX_FOLDER],
    begin: () => ({ objects: 0, bytes: 0, records: 0, findings: 0, unreadable: 0, strays: 0, orphans: 0 }),
    line: (item) => {
      // The table's own event tells of it, for the table's own alert.
      if (item['check'] === 'unreadable') return undefined
      const is_harmless = item['check'] === 'stray' || item['check'] === 'orphan'
      return {
        severity: is_harmless ? 'WARNING' : 'ERROR',
        event: 'integrity_finding',
        message: `integrity: ${String(item['detail'])}`,
      }
    },
    strays: (names, { sums, report }) => {
      for (const object of names) {
        sums.strays++
        sums.findings++
        report({
          user_id: undefined,
          object,
          check: 'stray',
          detail: 'no writer of this system uses this name',
          records: 0,
        })
      }
    },
    processUser: (task) => new Inspection(dependencies, task).run(),
  }
}

/** Of everything that one user stores. */
class Inspection {
  readonly #dependencies: IntegrityDependencies
  readonly #task: IntegrityTask
  /** Canonical spellings, by table; absent when not all of them could be read. */
  readonly #ids = new Map<string, Set<string> | undefined>()

  constructor(dependencies: IntegrityDependencies, task: IntegrityTask) {
    this.#dependencies = dependencies
    this.#task = task
  }

  async run(): Promise<void> {
    const has_index = this.#task.folder.objects.has(INDEX_FOLDER.name)
    const legacy_ids = has_index ? new LegacyIds(this.#dependencies.store) : undefined
    const named = new Map<string, Map<string, string>>()
    await this.#inspectTable(DISTRIBUTIONS, legacy_ids, async (snapshot, object) => {
      for (const { column } of REFERRED_TO) {
        for (const id of await cellsOf(snapshot, column)) {
          if (!named.has(column)) named.set(column, new Map())
          named.get(column)!.set(id, object)
        }
      }
    })
    for (const { kind } of REFERRED_TO) await this.#inspectTable(kind, legacy_ids)
    for (const { column, kind, table } of REFERRED_TO) {
      await this.#reportOrphans(this.#dependencies[table], kind, named.get(column) ?? new Map<string, string>())
    }
  }

  async #inspectTable(
    schema: TableSchema,
    legacy_ids: LegacyIds | undefined,
    look?: (snapshot: Snapshot, object: string) => Promise<void>,
  ): Promise<void> {
    const { user_id, folder, sums } = this.#task
    const monthOfLegacyId = await this.#legacyMonths(schema, legacy_ids)
    const ids = new Set<string>()
    this.#ids.set(schema.name, ids)
    for (const listing of folder.objects.get(schema.name) ?? []) {
      const bytes = await this.#read(listing)
      if (!bytes) continue
      const { name } = listing
      const month = monthOfObject(schema, user_id, name)!
      const inspected = await inspectObject(schema, { name, bytes, month, monthOfLegacyId })
      sums.objects++
      sums.bytes += bytes.length
      sums.records += inspected.ids.length
      for (const finding of inspected.findings) this.#report(name, finding)
      for (const id of inspected.ids) ids.add(canonicalSpelling(schema, id))
      const is_whole = !inspected.findings.some(({ check }) => check === 'unreadable' || check === 'schema')
      if (!is_whole) this.#ids.set(schema.name, undefined)
      else if (inspected.snapshot) await look?.(inspected.snapshot, name)
    }
  }

  /** Where the index has the user's old ids; undefined when it cannot be read, which is a finding. */
  async #legacyMonths(
    schema: TableSchema,
    legacy_ids: LegacyIds | undefined,
  ): Promise<((id: string) => Month | undefined) | undefined> {
    if (!legacy_ids) return () => undefined
    const { user_id, folder } = this.#task
    try {
      const entries = await this.#reading(() => legacy_ids.findAll(schema, user_id))
      return (id) => entries.get(id)?.month
    } catch (error) {
      if (!(error instanceof CorruptObject)) throw error
      const [index] = folder.objects.get(INDEX_FOLDER.name) ?? []
      // Each table asks for it; it is one finding.
      if (schema === DISTRIBUTIONS) this.#report(index!.name, unreadable(error))
      return undefined
    }
  }

  async #reportOrphans(table: Table, schema: TableSchema, named: ReadonlyMap<string, string>): Promise<void> {
    const { user_id, sums } = this.#task
    const ids = this.#ids.get(schema.name)
    if (!ids) return
    const seemingly = [...named].filter(([id]) => !ids.has(canonicalSpelling(schema, id)))
    let looked_up = 0
    for (const [id, object] of seemingly) {
      // It may have been created since the objects were listed.
      if (looked_up++ < LOOKED_UP_MAX && (await table.get(user_id, id))) continue
      sums.orphans++
      this.#report(object, { check: 'orphan', detail: `the ${schema.name} record ${id} does not exist`, records: 1 })
    }
  }

  #report(object: string, finding: Omit<Finding, 'check'> & { readonly check: string }): void {
    const { user_id, sums, report } = this.#task
    sums.findings++
    if (finding.check === 'unreadable') {
      sums.unreadable++
      this.#dependencies.events.corrupt(object, finding.detail)
    }
    report({ user_id, object, ...finding })
  }

  async #read({ name }: ObjectListing): Promise<Uint8Array | undefined> {
    const result = await this.#reading(() => this.#dependencies.store.read(name))
    return result.kind === 'found' ? result.bytes : undefined
  }

  /** @throws CorruptObject; everything else as a Problem */
  async #reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await retryReads(this.#dependencies, read)
    } catch (error) {
      throw error instanceof CorruptObject ? error : asProblem(error, this.#dependencies.events)
    }
  }
}

function unreadable(error: CorruptObject): Finding {
  const detail = error.cause instanceof Error ? error.cause.message : error.message
  return { check: 'unreadable', detail, records: 0 }
}

async function cellsOf({ file }: Snapshot, column: string): Promise<Set<string>> {
  const ids = new Set<string>()
  for (const group of file.groups) {
    for (const cell of (await group.columns([column])).get(column) ?? []) if (typeof cell === 'string') ids.add(cell)
  }
  return ids
}
