import { describe, expect, test } from 'vitest'

import { DAY_MS } from '#shared/base/durations.ts'
import {
  ClientLedgers,
  ledgerHash,
  REMEMBERED_STATUSES,
  type LedgerUpdate,
  type PushEntry,
} from '#shared/table/object/client-ledgers.ts'
import { fc, runs } from '#tests/support/seeds.ts'

/** What clients have pushed, in the footer of an object. */

const NOW_MS = Date.UTC(2025, 4, 15)
const MIB = 1024 * 1024

function entry(seq: number, more: Partial<PushEntry> = {}): PushEntry {
  return { seq, mutation_hash: ledgerHash(`m${seq}`), status: 'applied', fields: [], ...more }
}

function pushed(ledgers: ClientLedgers, client: string, update: LedgerUpdate, now_ms = NOW_MS): ClientLedgers {
  return ledgers.with(new Map([[ledgerHash(client), update]]), now_ms)
}

const entriesOf = (ledgers: ClientLedgers, client: string) =>
  ledgers.get(ledgerHash(client)).entries.map(({ seq }) => seq)
const knows = (ledgers: ClientLedgers, client: string) => ledgers.get(ledgerHash(client)).time_ms > 0

const anyEntry = fc.record({
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  mutation_hash: fc.string().map(ledgerHash),
  status: fc.constantFrom(...REMEMBERED_STATUSES),
  fields: fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 4 }),
})
const anyUpdate = fc.record({
  acked: fc.nat(),
  entries: fc.uniqueArray(anyEntry, { selector: ({ seq }) => seq, maxLength: 5 }),
})
const anyUpdates = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), anyUpdate, fc.nat(200 * DAY_MS)), { maxLength: 8 })

describe('the ledgers of clients', () => {
  test('are read as they were written, whatever was pushed', () => {
    fc.assert(
      fc.property(anyUpdates, (updates) => {
        let ledgers = ClientLedgers.EMPTY
        for (const [client, update, later_ms] of updates) ledgers = pushed(ledgers, client, update, NOW_MS + later_ms)
        const read = ClientLedgers.decode(ledgers.encode())
        for (const client of ['a', 'b', 'c'])
          expect(read.get(ledgerHash(client))).toEqual(ledgers.get(ledgerHash(client)))
        expect([read.size, read.encode()]).toEqual([ledgers.size, ledgers.encode()])
      }),
      runs(200),
    )
  })

  test('keep of each client exactly what is later than it has acknowledged, in order, the last word on a number', () => {
    fc.assert(
      fc.property(fc.array(anyUpdate, { maxLength: 6 }), (updates) => {
        let ledgers = ClientLedgers.EMPTY
        const naive = new Map<number, PushEntry>()
        let acked = 0
        for (const update of updates) {
          ledgers = pushed(ledgers, 'a', update)
          acked = Math.max(acked, update.acked)
          for (const one of update.entries) naive.set(one.seq, one)
        }
        const expected = [...naive.values()].filter(({ seq }) => seq > acked).toSorted((a, b) => a.seq - b.seq)
        expect(ledgers.get(ledgerHash('a'))).toMatchObject({ acked, entries: expected })
      }),
      runs(200),
    )
  })

  test.each([1, 15, 16, 29, 30, 33, 34, 35])('that are cut after %i bytes are refused', (bytes) => {
    const whole = Buffer.from(pushed(ClientLedgers.EMPTY, 'a', { acked: 0, entries: [entry(1)] }).encode(), 'base64')
    expect(() => ClientLedgers.decode(whole.subarray(0, bytes).toString('base64'))).toThrow(RangeError)
    const unknown = Buffer.from(whole)
    unknown[16 + 8 + 6 + 4 + 8 + 16] = 200
    expect(() => ClientLedgers.decode(unknown.toString('base64'))).toThrow(RangeError)
  })

  test('find a change by its own id, whichever client has pushed it', () => {
    const ledgers = pushed(pushed(ClientLedgers.EMPTY, 'a', { acked: 0, entries: [entry(7)] }), 'b', {
      acked: 0,
      entries: [entry(1)],
    })
    expect([ledgers.findMutation(ledgerHash('m7'))?.seq, ledgers.findMutation(ledgerHash('m1'))?.seq]).toEqual([7, 1])
    expect(ledgers.findMutation(ledgerHash('m2'))).toBeUndefined()
  })

  test('keep long and many names of fields as far as there is room', () => {
    const fields = Array.from({ length: 300 }, (_, n) => `${n}`.padEnd(300, 'é'))
    const ledgers = pushed(ClientLedgers.EMPTY, 'a', { acked: 0, entries: [entry(1, { status: 'conflict', fields })] })
    const [read] = ClientLedgers.decode(ledgers.encode()).get(ledgerHash('a')).entries
    expect(read!.fields).toHaveLength(255)
    expect(read!.fields[7]!.startsWith('7éé')).toBe(true)
    expect(pushed(ClientLedgers.decode(ledgers.encode()), 'b', { acked: 0, entries: [] }).encode()).not.toBe('')
  })
})

describe('of clients that are silent', () => {
  test('those with nothing open leave after a day, the others after 180', () => {
    const open = pushed(ClientLedgers.EMPTY, 'open', { acked: 0, entries: [entry(1)] })
    const both = pushed(open, 'settled', { acked: 3, entries: [entry(3)] })
    const after = (days: number) => pushed(both, 'now', { acked: 0, entries: [] }, NOW_MS + days * DAY_MS)
    expect([knows(after(1), 'settled'), knows(after(1), 'open')]).toEqual([true, true])
    expect([knows(after(1.01), 'settled'), knows(after(1.01), 'open')]).toEqual([false, true])
    expect([knows(after(180), 'open'), knows(after(180.01), 'open')]).toEqual([true, false])
  })

  test('a clock that goes back makes none leave', () => {
    const ledgers = pushed(ClientLedgers.EMPTY, 'a', { acked: 1, entries: [] })
    expect(knows(pushed(ledgers, 'b', { acked: 0, entries: [] }, NOW_MS - 400 * DAY_MS), 'a')).toBe(true)
  })

  test('the longest silent go first when there are more than a thousand', () => {
    let ledgers = ClientLedgers.EMPTY
    for (let n = 0; n < 1000; n++) ledgers = pushed(ledgers, `c${n}`, { acked: 0, entries: [entry(1)] }, NOW_MS + n)
    ledgers = pushed(ledgers, 'c0', { acked: 0, entries: [entry(2)] }, NOW_MS + 2000)
    ledgers = pushed(ClientLedgers.decode(ledgers.encode()), 'new', { acked: 0, entries: [] }, NOW_MS + 3000)
    expect(ledgers.size).toBe(1000)
    expect(['c0', 'c1', 'c2', 'new'].map((client) => knows(ledgers, client))).toEqual([true, false, true, true])
  })

  test('the longest silent go first when they take more than a MiB, and of a single one its oldest changes', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => entry(n + 1, { fields: ['metadata.member'] }))
    let ledgers = ClientLedgers.EMPTY
    for (const client of ['first', 'second', 'third']) ledgers = pushed(ledgers, client, { acked: 0, entries: many })
    expect(['first', 'second', 'third'].map((client) => knows(ledgers, client))).toEqual([false, true, true])
    const huge = Array.from({ length: 50_000 }, (_, n) => entry(n + 1))
    ledgers = pushed(ledgers, 'huge', { acked: 0, entries: huge })
    expect([knows(ledgers, 'third'), entriesOf(ledgers, 'huge').at(-1)]).toEqual([false, 50_000])
    expect(entriesOf(ledgers, 'huge')[0]).toBeGreaterThan(1)
    expect(Buffer.from(ledgers.encode(), 'base64').length).toBeLessThan(MIB)
  })
})
