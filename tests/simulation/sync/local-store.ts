import { valueOf, ABSENT, type Change, type Fields, type NounOfKind, fieldsOf, kindOfId } from './change.ts'

/** A change that a device keeps until its effect is pulled. */
export interface OutboxEntry {
  change: Change
  seq: number
  /** As it is sent, without number and mutation id. */
  readonly body: Readonly<Record<string, unknown>>
  state: 'waiting' | 'done' | 'set_aside'
  is_renumbered: boolean
  /** It may have been made, whatever the device knows. */
  is_sent: boolean
  /** How often it was taken up again. */
  tries: number
  /** Of one that is done: the version that the server told. */
  made_version: number
  /** Of one that is done: how many pulls had begun by then. */
  pulls_before: number
}

/** A record as a pull brought it. */
export interface PulledRow {
  readonly id: string
  readonly version: number
  readonly deleted: boolean
  readonly record: Readonly<Record<string, unknown>>
}

export interface StagedPartition {
  readonly is_reset: boolean
  readonly rows: Map<string, PulledRow>
}

/** What a device keeps: the rows of the server, how far it has pulled, and what it has not yet sent. */
export interface LocalStore {
  client_id: string
  seq: number
  acked: number
  answered: Set<number>
  outbox: OutboxEntry[]
  partitions: Map<string, Map<string, PulledRow>>
  staged: Map<string, StagedPartition>
  /** The event before which each partition was last pulled. */
  pulled_since: Map<string, number>
  cursor: string | null
  pulls: number
  has_more: boolean
}

export function newLocalStore(client_id: string): LocalStore {
  return {
    client_id,
    seq: 0,
    acked: 0,
    answered: new Set(),
    outbox: [],
    partitions: new Map(),
    staged: new Map(),
    pulled_since: new Map(),
    cursor: null,
    pulls: 0,
    has_more: true,
  }
}

/** As somebody copies the profile of a browser. */
export function copyOf(store: LocalStore): LocalStore {
  return {
    ...store,
    answered: new Set(store.answered),
    outbox: store.outbox.map((entry) => ({ ...entry })),
    partitions: new Map([...store.partitions].map(([name, rows]) => [name, new Map(rows)])),
    pulled_since: new Map(store.pulled_since),
    staged: new Map([...store.staged].map(([name, staged]) => [name, { ...staged, rows: new Map(staged.rows) }])),
  }
}

/** A record as the screen shows it: the server's row under what is in the outbox. */
export interface ShownRecord {
  readonly id: string
  readonly kind: NounOfKind
  /** 0: never pulled. */
  readonly version: number
  /** For the next change of it: what was pulled when its oldest entry in the outbox was made. */
  readonly base_version: number
  readonly deleted: boolean
  readonly fields: Fields
}

export function shownRecords(store: LocalStore): Map<string, ShownRecord> {
  const shown = new Map<string, ShownRecord>()
  for (const rows of store.partitions.values()) {
    for (const { id, version, deleted, record } of rows.values()) {
      shown.set(id, { id, kind: kindOfId(id), version, base_version: version, deleted, fields: fieldsOf(record) })
    }
  }
  for (const { change, state, made_version } of store.outbox) {
    if (state === 'set_aside') continue
    const { record_id: id, kind, op, base_version } = change
    const below = shown.get(id)
    if (below && state === 'done' && below.version >= made_version) continue
    if (!below) {
      if (op === 'create') {
        shown.set(id, { id, kind, version: 0, base_version: 0, deleted: false, fields: change.fields })
      }
      continue
    }
    shown.set(id, {
      ...below,
      base_version: Math.min(below.base_version, base_version),
      deleted: op === 'delete' || (op !== 'restore' && below.deleted),
      fields: op === 'patch' ? withFields(below.fields, change.fields) : below.fields,
    })
  }
  return shown
}

export function rowOfStore(store: LocalStore, id: string): PulledRow | undefined {
  for (const rows of store.partitions.values()) {
    const row = rows.get(id)
    if (row) return row
  }
  return undefined
}

function withFields(fields: Fields, set: Fields): Fields {
  const all = new Map([...fields, ...set])
  for (const name of set.keys()) if (valueOf(set, name) === ABSENT) all.delete(name)
  return all
}
