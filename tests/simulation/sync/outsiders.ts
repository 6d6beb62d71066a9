import { newId } from '#shared/base/ids.ts'
import { isoTime } from '#shared/base/clock.ts'
import { CLIENT_ID_PREFIX } from '#shared/contract/client-id.ts'
import { Problem } from '#shared/base/problem.ts'
import { NO_OBJECT, StoreError } from '#shared/objects/object-store.ts'
import {
  decideDelete,
  decidePatch,
  decideRestore,
  decideSet,
  type Asking,
  type Decision,
} from '#shared/records/decisions.ts'
import { decideReport } from '#shared/records/distribution-decisions.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { decideIdle } from '#shared/records/idle.ts'
import type { Cells } from '#shared/records/rows.ts'
import type { Mutation as MutationOf } from '#shared/table/commit/mutation.ts'
import { WritePacer } from '#shared/table/commit/write-pacer.ts'
import { monthOfId, monthOfObject } from '#shared/table/object/partition.ts'
import type { StoredRow as StoredRowOf, TableSchema } from '#shared/table/object/schema.ts'
import { SnapshotCache } from '#shared/table/object/snapshot-cache.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { serverWriter, type Writer } from '#shared/table/object/writer.ts'
import { startNewEpoch } from '#shared/table/recovery/new-epoch.ts'
import type { Table } from '#shared/table/table.ts'
import { between, oneOf } from '../seeded-random.ts'
import { kindOfId, KINDS, type Change, type Fields, type NounOfKind } from './change.ts'
import { objectOf, shortId, USER_ID, type SyncHistory } from './sync-history.ts'
import { isExpected, type SyncServers } from './sync-servers.ts'

type StoredRow = StoredRowOf<Cells>
type Mutation = MutationOf<Cells>

/** Everybody who changes records beside the devices: other programs, maintenance, operators, accidents. */
export class Outsiders {
  readonly #history: SyncHistory
  readonly #servers: SyncServers
  readonly #client_ids: readonly (string | null)[]
  #is_busy = false

  constructor(history: SyncHistory, servers: SyncServers) {
    this.#history = history
    this.#servers = servers
    this.#client_ids = [null, newId(CLIENT_ID_PREFIX, history.clock.nowMs(), history.random)]
  }

  /** One of them does one thing; at most one thing is under way. @param known ids of records */
  async act(known: readonly string[]): Promise<void> {
    if (this.#is_busy || known.length === 0) return
    this.#is_busy = true
    const { random, has } = this.#history
    const id = oneOf(random, known)
    const chance = random.uniform()
    try {
      if (chance < 0.4) await this.#edit(id)
      else if (chance < 0.48) await this.#remove(id)
      else if (chance < 0.56) await this.#changeServerColumn(known)
      else if (chance < 0.62) await this.#archive(id)
      else if (chance < (has.accidents ? 0.8 : 0.9)) await this.purge(id, known)
      else if (has.accidents) await this.#accident()
    } finally {
      this.#is_busy = false
    }
  }

  /** A program sets a field, or moves a distribution along. */
  async #edit(id: string): Promise<void> {
    const { random } = this.#history
    const kind = kindOfId(id)
    if (kind === 'distribution') {
      const status = oneOf(random, ['in_progress', 'failed', 'completed'] as const)
      return await this.#change(id, 'patch', new Map([['status', JSON.stringify(status)]]), (row, mark, now_ms) => {
        // The table of distributions has rows of distributions.
        const current = row as DistributionRow | undefined
        const decision = decideReport(
          { kind: DISTRIBUTIONS, user_id: USER_ID },
          current,
          { status, metadata: { [mark]: 1 } },
          now_ms,
        )
        return decision.kind === 'write' && row?.['status'] === status
          ? { kind: 'keep', row: current!, status: 200 }
          : decision
      })
    }
    const [name, value] = oneOf<[string, unknown]>(random, [
      ['name', oneOf(random, ['A', 'B', 'C'])],
      ['metadata.a', between(random, 1, 3)],
      ['metadata.b', between(random, 1, 3)],
    ])
    const [column, member] = name.split('.') as [string, string?]
    await this.#change(id, 'patch', new Map([[name, JSON.stringify(value)]]), (row, mark) =>
      decidePatch(
        askingOf(kind),
        row,
        member === undefined
          ? { [column]: value, metadata: { [mark]: 1 } }
          : { metadata: { [member]: value, [mark]: 1 } },
      ),
    )
  }

  async #remove(id: string): Promise<void> {
    const asking = askingOf(kindOfId(id))
    if (this.#history.random.uniform() < 0.6)
      return await this.#change(id, 'delete', new Map(), (row) => decideDelete(asking, row))
    await this.#change(id, 'restore', new Map(), (row) =>
      row?.deleted === false ? { kind: 'keep', row, status: 200 } : decideRestore(asking, row),
    )
  }

  /** A version that no user has asked for. */
  async #changeServerColumn(known: readonly string[]): Promise<void> {
    const id = known.find((one) => kindOfId(one) === 'platform')
    if (id === undefined) return
    const last_sync_at = isoTime(this.#history.clock.nowMs() + this.#history.events.length)
    await this.#change(id, 'server_column', new Map([['last_sync_at', JSON.stringify(last_sync_at)]]), (row) =>
      decideSet(askingOf('platform'), row, { last_sync_at }),
    )
  }

  async #archive(id: string): Promise<void> {
    if (kindOfId(id) !== 'audience') return
    const writer = serverWriter('retention')
    const archived: Fields = new Map([['status', '"archived"']])
    await this.#change(
      id,
      'archive',
      archived,
      // Of the table of audiences.
      (row) => decideIdle({ kind: AUDIENCES, user_id: USER_ID }, row as AudienceRow | undefined, Infinity),
      writer,
    )
  }

  async #change(
    id: string,
    op: Change['op'],
    fields: Fields,
    decide: (row: StoredRow | undefined, mark: string, now_ms: number) => Decision,
    writer?: Writer,
  ): Promise<void> {
    const history = this.#history
    const { random, has } = history
    const { mark, order } = history.nextChange()
    const kind = kindOfId(id)
    const is_by_older_release = has.older_release && random.uniform() < 0.5
    const client_id = writer ? writer.client_id : oneOf(random, this.#client_ids)
    const change: Change = {
      mark,
      order,
      kind,
      record_id: id,
      op,
      fields,
      references: [],
      base_version: 0,
      device: undefined,
      client_ids: new Set([client_id]),
      is_by_older_release,
    }
    history.add({ kind: 'asked', change })
    const { tables, crashed } = is_by_older_release
      ? { tables: this.#servers.older!, crashed: new Promise<'crashed'>(() => undefined) }
      : this.#servers.any()
    const mutation: Mutation = {
      id,
      size_bytes: 0,
      writer: writer ?? { by: USER_ID, client_id, via: 'api' },
      decide: (row, now_ms) => decide(row, mark, now_ms),
    }
    const told = await Promise.race([tableOf(tables, kind).mutate(USER_ID, mutation), crashed]).catch(requireExpected)
    const outcome = typeof told === 'object' ? told.kind : (told ?? 'not known')
    if (outcome === 'written') history.counts.changes_by_others++
    const set = [...fields].map(([name, value]) => `${name} ${value}`).join(', ')
    history.note(`${writer?.via ?? 'a program'} asks ${mark} ${op} ${shortId(id)} ${set}: ${outcome}`)
  }

  /** Takes out for good what is deleted in the object of this record. @returns how many records, as far as it is known */
  async purge(id: string, known: readonly string[]): Promise<number> {
    const history = this.#history
    const kind = kindOfId(id)
    const { tables, crashed } = this.#servers.any()
    const object = objectOf({ kind, record_id: id })
    const ids = known.filter((one) => objectOf({ kind: kindOfId(one), record_id: one }) === object)
    history.add({ kind: 'purge_asked', ids })
    const month = monthOfId(KINDS[kind], id)!
    const purge = tableOf(tables, kind).mutateAll(USER_ID, month, ids.map(purgeOf))
    const outcomes = await Promise.race([purge.catch(requireExpected), crashed])
    const purged = typeof outcomes === 'object' ? ids.filter((_, at) => outcomes[at]!.kind === 'written') : []
    if (purged.length > 0) {
      history.counts.purged++
      history.note(`${purged.map(shortId).join(', ')} are purged`)
    }
    return purged.length
  }

  /** Something happens to an object from outside. */
  async #accident(): Promise<void> {
    const history = this.#history
    const { random, store, counts } = history
    const landed = history.events.filter((event) => event.kind === 'landed')
    if (landed.length === 0) return
    const { object } = oneOf(random, landed)
    // What an operator brings back is seldom old.
    const { generation, bytes } = oneOf(random, landed.filter((event) => event.object === object).slice(-4))
    const live = store.bytesOf(object)
    const chance = random.uniform()
    if (chance < 0.3 && live) {
      counts.rewrites++
      history.note(`${object} is written again as it is`)
      store.place(object, live)
    } else if (chance < 0.45 && live) {
      counts.removed++
      history.note(`${object} is removed`)
      history.add({ kind: 'removed', object })
      store.remove(object)
    } else {
      counts.epochs++
      history.note(`${object} is put back to generation ${generation}, in a new epoch`)
      history.add({ kind: 'put_back_asked', object, generation })
      await this.#putBack(object, generation, bytes)
    }
  }

  async #putBack(object: string, generation: string, bytes: Uint8Array): Promise<void> {
    const { store, clock, random } = this.#history
    const schema: TableSchema = Object.values(KINDS).find(({ name }) => object.startsWith(`${name}/`))!
    const cache = new SnapshotCache(store, { bytes_max: 64 * 1024 })
    const ignore = (): void => undefined
    const events = { committed: ignore, corrupt: ignore, storeFailed: ignore, nearLimit: ignore }
    const [listed] = (await store.list(object).catch(requireExpected)) ?? []
    const month = monthOfObject(schema, USER_ID, object)!
    await startNewEpoch(
      { store, cache, pacer: new WritePacer(clock, random), clock, random, events },
      { schema, month, name: object },
      { base: wholeSnapshot(object, generation, bytes), over: listed?.generation ?? NO_OBJECT },
    ).catch(requireExpected)
  }
}

function askingOf(kind: NounOfKind): Asking {
  return { kind: KINDS[kind], user_id: USER_ID }
}

function purgeOf(id: string): Mutation {
  return {
    id,
    writer: serverWriter('maintenance'),
    size_bytes: 0,
    decide: (row) => {
      if (row?.deleted) return { kind: 'purge' }
      return { kind: 'refuse', problem: new Problem('not-found', 'There is no tombstone.') }
    },
  }
}

function tableOf(tables: SyncServers['older'] & object, kind: NounOfKind): Table<Cells> {
  return { audience: tables.audiences, platform: tables.platforms, distribution: tables.distributions }[kind]
}

function requireExpected(error: unknown): undefined {
  if (error instanceof StoreError || isExpected(error)) return undefined
  throw error
}
