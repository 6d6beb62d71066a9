import type { Random } from '#shared/base/random.ts'
import { DAY_MS } from '#shared/base/durations.ts'
import { between, oneOf } from '../seeded-random.ts'
import { ABSENT, fieldsOf, valueOf, type Fields } from './change.ts'
import type { Device, Wish } from './device.ts'
import type { ShownRecord } from './local-store.ts'
import { objectOf, type SyncHistory } from './sync-history.ts'

/** Few values, so that a field often comes back to one that it had. */
const NAMES = ['A', 'B', 'C']
const RECORDS_MAX = 8
const MONTH_MS = 31 * DAY_MS

/** Somebody at a device does one thing, to what its screen shows. */
export function act(history: SyncHistory, device: Device): void {
  const { random } = history
  const shown = device.shown()
  const live = shown.filter(({ deleted }) => !deleted)
  const audiences = live.filter(({ kind }) => kind === 'audience')
  const platforms = live.filter(({ kind }) => kind === 'platform')
  const has_room = live.length < RECORDS_MAX
  const chance = random.uniform()
  if (platforms.length === 0 && has_room && chance < 0.3) return device.wish(newPlatform(history))
  if (live.length === 0 || (chance < 0.15 && has_room)) return device.wish(newAudience(history))
  if (chance < 0.3 && audiences.length > 0 && platforms.length > 0) {
    const [audience, platform] = [oneOf(random, audiences), oneOf(random, platforms)]
    // Refused until the audience is active again, which is wanted next.
    const is_archived = valueOf(audience.fields, 'status') === '"archived"'
    const turns = is_archived || random.uniform() >= 0.7 ? 2 : 1
    for (let turn = 0; turn < turns && has_room; turn++) {
      device.wish(newDistribution(history, audience.id, platform.id))
      // Changed and handed over in turns: each has to wait for the one before.
      const changed = device.shown().find(({ id }) => id === audience.id)!
      if (turn === 0 && is_archived) device.wish(move(random, changed))
      else if (random.uniform() < 0.7) device.wish((random.uniform() < 0.5 ? edit : move)(random, changed))
    }
    return
  }
  if (chance < 0.36) {
    // Cleaning up: what is changed and deleted together is committed together.
    for (const record of live.slice(0, between(random, 2, 6))) {
      device.wish(random.uniform() < 0.5 ? edit(random, record) : remove(record, 'delete'))
    }
    return
  }
  const record = oneOf(random, live)
  if (chance < 0.66) return device.wish(edit(random, record))
  if (chance < 0.76) return device.wish(move(random, record))
  if (chance < 0.78) return device.wish(mistake(record))
  if (chance < 0.9) return device.wish(remove(record, 'delete'))
  const gone = shown.find(({ deleted, version }) => deleted && version > 0)
  if (gone) device.wish(remove(gone, 'restore'))
}

/**
 * Changes all records of the object that has most of them, but the last by id, and deletes that one.
 * @returns the deleted one; undefined when no object has two records
 */
export function deleteLast({ random }: SyncHistory, device: Device): ShownRecord | undefined {
  const live = device.shown().filter(({ deleted }) => !deleted)
  const by_object = Map.groupBy(live, ({ kind, id }) => objectOf({ kind, record_id: id }))
  const [most = []] = [...by_object.values()].toSorted((a, b) => b.length - a.length)
  const records = most.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const last = records.pop()
  if (!last || records.length === 0) return undefined
  for (const record of records) device.wish(edit(random, record))
  device.wish(remove(last, 'delete'))
  return last
}

function newAudience(history: SyncHistory): Wish {
  const { random, clock } = history
  const id = history.newRecordId('audience', clock.nowMs() - (random.uniform() < 0.4 ? MONTH_MS : 0))
  const value = { name: oneOf(random, NAMES), status: oneOf(random, ['draft', 'active']) }
  return creation(id, 'audience', value, [])
}

function newPlatform(history: SyncHistory): Wish {
  const id = history.newRecordId('platform', history.clock.nowMs())
  return creation(id, 'platform', { name: oneOf(history.random, NAMES), platform_type: 'meta' }, [])
}

function newDistribution(history: SyncHistory, audience_id: string, platform_id: string): Wish {
  const { clock } = history
  const id = history.newRecordId('distribution', clock.nowMs() - (history.random.uniform() < 0.3 ? MONTH_MS : 0))
  return creation(id, 'distribution', { audience_id, platform_id }, [audience_id, platform_id])
}

function creation(id: string, kind: Wish['kind'], value: Record<string, unknown>, references: string[]): Wish {
  return {
    kind,
    op: 'create',
    record_id: id,
    base_version: 0,
    references,
    fields: fieldsOf({ status: kind === 'audience' ? undefined : 'pending', ...value }),
    body: (mark) => ({ op: 'create', kind, id, value: { ...value, metadata: { [mark]: 1 } } }),
  }
}

function edit(random: Random, record: ShownRecord): Wish {
  const members = ['metadata.a', 'metadata.b']
  const columns = record.kind === 'audience' ? ['name', 'description'] : record.kind === 'platform' ? ['name'] : []
  if (record.kind === 'platform') members.push('settings.a')
  const name = oneOf(random, [...members, ...columns, ...columns])
  if (!columns.includes(name) && valueOf(record.fields, name) !== ABSENT && random.uniform() < 0.3) {
    return patch(record, [[name, ABSENT]])
  }
  const value = columns.includes(name) ? JSON.stringify(oneOf(random, NAMES)) : String(between(random, 1, 3))
  const also = random.uniform() < 0.2 ? oneOf(random, members) : undefined
  return patch(record, [[name, value], ...(also && also !== name ? [[also, '9'] as const] : [])])
}

/** To another status. */
function move(random: Random, record: ShownRecord): Wish {
  const status = JSON.parse(record.fields.get('status') ?? '""') as string
  const to = {
    audience: status === 'archived' ? 'active' : oneOf(random, ['archived', 'active']),
    platform: status === 'disconnected' ? 'pending' : 'disconnected',
    distribution: status === 'failed' ? 'pending' : 'cancelled',
  }[record.kind]
  return patch(record, [['status', JSON.stringify(to)]])
}

/** What the server does not take. */
function mistake(record: ShownRecord): Wish {
  return patch(record, [[record.kind === 'distribution' ? 'status' : 'name', '""']])
}

function remove({ kind, id, base_version }: ShownRecord, op: 'delete' | 'restore'): Wish {
  return {
    kind,
    op,
    record_id: id,
    base_version,
    references: [],
    fields: new Map(),
    body: () => ({ op, kind, id, base_version }),
  }
}

function patch(record: ShownRecord, wanted: readonly (readonly [name: string, json: string])[]): Wish {
  const { kind, id, base_version } = record
  const fields: Fields = new Map(wanted)
  return {
    kind,
    op: 'patch',
    record_id: id,
    base_version,
    references: [],
    fields,
    body: (mark) => ({ op: 'patch', kind, id, base_version, ...patchBody(record.fields, fields, mark) }),
  }
}

function patchBody(before: Fields, wanted: Fields, mark: string) {
  const set: Record<string, unknown> = { metadata: { [mark]: 1 } }
  const base: Record<string, unknown> = { metadata: {} }
  const unset: Record<string, string[]> = {}
  for (const [name, json] of wanted) {
    const [column, member] = name.split('.') as [string, string?]
    const known = valueOf(before, name)
    if (member === undefined) {
      set[column] = JSON.parse(json)
      base[column] = known === ABSENT ? null : JSON.parse(known)
      continue
    }
    if (json === ABSENT) (unset[column] ??= []).push(member)
    else set[column] = { ...(set[column] as object), [member]: JSON.parse(json) as unknown }
    base[column] = { ...(base[column] as object), ...(known !== ABSENT && { [member]: JSON.parse(known) as unknown }) }
  }
  return { set, base, ...(Object.keys(unset).length > 0 && { unset }) }
}
