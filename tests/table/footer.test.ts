import { describe, expect, test } from 'vitest'

import { CorruptFile } from '#shared/parquet/corrupt-file.ts'
import {
  decodeFooter,
  encodeFooter,
  newFooter,
  withCommit,
  type CommitMark,
  type Footer,
} from '#shared/table/object/footer.ts'
import { decodeLedger, encodeLedger, Ledger, LEDGER_KEPT_MS } from '#shared/table/object/ledger.ts'
import { ClientLedgers, type PushEntry, REMEMBERED_STATUSES } from '#shared/table/object/client-ledgers.ts'
import { PurgedIds } from '#shared/table/object/purged-ids.ts'
import { fc, runs } from '#tests/support/seeds.ts'

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((array) => Buffer.from(array).toString('hex'))
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const entry = fc.record({
  request_hash: hex(16),
  body_hash: hex(16),
  status: fc.integer({ min: 100, max: 599 }),
  id: fc.string({ unit: 'grapheme', maxLength: 40 }),
  time_ms: time,
})
/** Around the age at which entries expire. */
const age = fc.integer({ min: LEDGER_KEPT_MS - 5, max: LEDGER_KEPT_MS + 5 })
const ledger = fc.array(entry).map((entries) => new Ledger(entries))
const push_entry: fc.Arbitrary<PushEntry> = fc.record({
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  mutation_hash: hex(16),
  status: fc.constantFrom(...REMEMBERED_STATUSES),
  fields: fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 4 }),
})
const update = fc.record({ acked: fc.maxSafeNat(), entries: fc.array(push_entry, { maxLength: 5 }) })
const clients = fc
  .array(fc.tuple(hex(16), update), { maxLength: 5 })
  .map((updates) => ClientLedgers.EMPTY.with(new Map(updates), 1_700_000_000_000))
const mark: fc.Arbitrary<CommitMark> = fc.record({ commit_id: hex(8), time_ms: time })
const text = fc.string({ unit: 'grapheme' })
const footer: fc.Arbitrary<Footer> = fc.record({
  home: text,
  epoch: hex(8),
  past_epochs: fc.array(fc.record({ epoch: hex(8), rev: fc.maxSafeNat(), time_ms: time })),
  rev: fc.maxSafeNat(),
  floor: fc.maxSafeNat(),
  purged_version: fc.maxSafeNat(),
  min_writer: fc.nat(),
  commits: fc.array(mark),
  ledger,
  clients,
  purged: fc.array(text).map((ids) => PurgedIds.NONE.with(new Map(ids.map((id) => [id, true])))),
  unknown: fc
    .array(
      fc.tuple(
        text.map((name) => `x-${name}`),
        text,
      ),
    )
    .map((entries) => new Map(entries)),
})

describe('the ledger', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(ledger, (value) => {
        expect(decodeLedger(encodeLedger(value)).entries).toEqual(value.entries)
      }),
      runs(300),
    )
  })

  test('cut anywhere within an entry is an error, never a shorter ledger', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), (entries) => {
        const bytes = Buffer.from(encodeLedger(new Ledger(entries)), 'base64')
        const ends = new Set(
          entries.map((_, i) => Buffer.from(encodeLedger(new Ledger(entries.slice(0, i + 1))), 'base64').length),
        )
        for (let length = 1; length < bytes.length; length++) {
          if (ends.has(length)) continue
          expect(() => decodeLedger(bytes.subarray(0, length).toString('base64'))).toThrow(RangeError)
        }
      }),
      runs(20),
    )
  })

  test('forgets by age only, and finds what it keeps', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(entry, age)), time, (aged, now_ms) => {
        const entries = aged.map(([value, age_ms]) => ({ ...value, time_ms: now_ms - age_ms }))
        const kept = new Ledger(entries).with([], now_ms)
        const live = entries.filter(({ time_ms }) => time_ms > now_ms - LEDGER_KEPT_MS)
        expect(kept.entries).toEqual(live)
        for (const { request_hash } of live) expect(kept.find(request_hash)?.request_hash).toBe(request_hash)
      }),
      runs(200),
    )
  })
})

describe('the footer', () => {
  test('comes back as it was written, with the key-values of later releases', () => {
    fc.assert(
      fc.property(footer, (value) => {
        const back = decodeFooter(encodeFooter(value), value.home)
        expect({ ...back, ledger: back.ledger.entries }).toEqual({ ...value, ledger: value.ledger.entries })
      }),
      runs(300),
    )
  })

  test('of an object found under another name is corrupt', () => {
    const key_values = encodeFooter(newFooter('notes/user_id=a/notes.parquet', 'e'))
    expect(() => decodeFooter(key_values, 'notes/user_id=b/notes.parquet')).toThrow(CorruptFile)
  })

  const required = [...encodeFooter(newFooter('home', 'e')).keys()].filter((key) => !/^(purged|clients)/.test(key))
  test.each(required)('without %s is corrupt', (key) => {
    const key_values = encodeFooter(newFooter('home', 'e'))
    key_values.delete(key)
    expect(() => decodeFooter(key_values, 'home')).toThrow(CorruptFile)
  })

  test.each([
    ['format', '2'],
    ['format', ''],
    ['rev', '-1'],
    ['rev', '1.5'],
    ['rev', ''],
    ['rev', ' 1'],
    ['rev', '1e3'],
    ['floor', 'NaN'],
    ['min_writer', '9007199254740993'],
    ['commits', 'AAAA'],
    ['ledger', 'AAAA'],
    ['purged', 'AAAA'],
    ['clients', 'AAAA'],
  ])('with %s = %j is corrupt', (key, value) => {
    const key_values = encodeFooter(newFooter('home', 'e')).set(key, value)
    expect(() => decodeFooter(key_values, 'home')).toThrow(CorruptFile)
  })

  test('of an object from before anything could be purged or pushed is read', () => {
    const key_values = encodeFooter(newFooter('home', 'e'))
    key_values.delete('purged')
    key_values.delete('purged_version')
    key_values.delete('clients')
    expect(decodeFooter(key_values, 'home').clients.size).toBe(0)
    expect(decodeFooter(key_values, 'home').purged.size).toBe(0)
  })

  test('keeps the commits of the last minute, and 600 in any case', () => {
    const at = (time_ms: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ commit_id: i.toString(16).padStart(16, '0'), time_ms }))
    expect(withCommit(at(0, 700), { commit_id: 'ff', time_ms: 3_600_000 })).toHaveLength(600)
    expect(withCommit(at(0, 100), { commit_id: 'ff', time_ms: 3_600_000 })).toHaveLength(101)
    expect(withCommit(at(3_590_000, 2000), { commit_id: 'ff', time_ms: 3_600_000 })).toHaveLength(2001)
  })

  test('has the same marks whether it goes on from what it wrote or encodes them all', () => {
    const around = fc.integer({ min: 3_600_000 - 60_010, max: 3_600_000 })
    const marks = fc.array(fc.record({ commit_id: hex(8), time_ms: around }), { minLength: 1, maxLength: 20 })
    const first = fc.array(fc.record({ commit_id: hex(8), time_ms: around }), { minLength: 590, maxLength: 600 })
    const encoded = (commits: readonly CommitMark[]) =>
      encodeFooter({ ...newFooter('home', 'epoch'), commits }).get('commits')
    fc.assert(
      fc.property(fc.oneof(fc.constant([]), first), marks, (before, added) => {
        let commits: readonly CommitMark[] = before
        for (const mark of added) {
          encoded(commits)
          commits = withCommit(commits, mark)
          expect(encoded(commits)).toBe(encoded([...commits]))
        }
      }),
      runs(20, 500),
    )
  })
})
