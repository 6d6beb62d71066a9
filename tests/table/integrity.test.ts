import { describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { Ledger } from '#shared/table/object/ledger.ts'
import { PurgedIds } from '#shared/table/object/purged-ids.ts'
import { inspectObject, type InspectedBytes } from '#shared/table/recovery/integrity.ts'
import type { Row, TableSchema } from '#shared/table/object/schema.ts'
import type { Footer } from '#shared/table/object/footer.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { createNote, deleteNote, changeNote, noteRow, NOTES, WRITER } from './notes.ts'
import { all, idOf, tableHarness } from './harness.ts'
import { storedObject } from './stored.ts'

const NAME = 'notes/user_id=u/year=2025/month=05/notes_202505.parquet'
const NOON_MS = Date.parse('2025-05-15T12:00:00Z')
const random = seededRandom(1)
const COMMITS = [{ commit_id: '00'.repeat(8), time_ms: NOON_MS }]

function row(fields: Row = {}): Row {
  const id = newId('note', NOON_MS, random)
  return noteRow(id, { version: 1, rev: 1, updated_at: NOON_MS, ...fields })
}

interface Given extends Partial<Omit<InspectedBytes, 'bytes'>> {
  readonly rows?: readonly Row[]
  readonly footer?: Partial<Footer>
  readonly schema?: TableSchema
}

async function findings({ rows = [row()], footer = {}, schema = NOTES, ...given }: Given): Promise<[string, string][]> {
  const bytes = await storedObject(schema, NAME, rows, { commits: COMMITS, ...footer })
  const inspected = { name: NAME, month: '202505', monthOfLegacyId: () => undefined, ...given, bytes }
  return (await inspectObject(NOTES, inspected)).findings.map(({ check, detail }) => [check, detail])
}

describe('an inspection', () => {
  test('finds nothing in what commits have written, however many, with purges and old ids', async () => {
    const { run, store, instance } = tableHarness()
    const table = instance()
    const ids = await run(() => all(600, async () => idOf(await table.create('u', createNote()))))
    await run(() => Promise.all(ids.slice(0, 40).map((id) => table.mutate('u', changeNote(id, { size: 7 })))))
    await run(() => Promise.all(ids.slice(0, 20).map((id) => table.mutate('u', deleteNote(id)))))
    const purge = (id: string) => ({ id, writer: WRITER, size_bytes: 0, decide: () => ({ kind: 'purge' }) as const })
    await run(() => table.mutateAll('u', '202505', ids.slice(0, 10).map(purge)))
    const inspected = await inspectObject(NOTES, {
      name: NAME,
      bytes: store.bytesOf(NAME)!,
      month: '202505',
      monthOfLegacyId: undefined,
    })
    expect(inspected.findings).toEqual([])
    expect(inspected.ids.toSorted()).toEqual(ids.slice(10).toSorted())
    expect(inspected.snapshot).toBeDefined()
  })

  test('calls unreadable what is cut, damaged anywhere, or lies at another name', async () => {
    const bytes = await storedObject(NOTES, NAME, [row(), row()], { commits: COMMITS })
    const check = async (name: string, given: Uint8Array) =>
      (await inspectObject(NOTES, { name, bytes: given, month: '202505', monthOfLegacyId: undefined })).findings
    expect(await check(NAME, bytes)).toEqual([])
    const damages = [bytes.subarray(0, bytes.length - 1), new Uint8Array(0)]
    for (let at = 5; at < bytes.length; at += 97) {
      damages.push(bytes.with(at, bytes[at]! ^ 0x10))
    }
    for (const damaged of damages) expect(await check(NAME, damaged)).toMatchObject([{ check: 'unreadable' }])
    const elsewhere = NAME.replace('user_id=u', 'user_id=v')
    expect(await check(elsewhere, bytes)).toMatchObject([
      { check: 'unreadable', detail: `the object belongs at ${NAME}` },
    ])
  })

  test('tells of a column that is missing or of another type, and takes further ones as they are', async () => {
    const columns = NOTES.columns
    const without = { ...NOTES, columns: columns.filter(({ name }) => name !== 'deleted') }
    expect(await findings({ schema: without })).toEqual([['schema', 'column deleted is missing']])
    const other = columns.map((column) => (column.name === 'size' ? { ...column, type: 'string' as const } : column))
    const as_text = await findings({ schema: { ...NOTES, columns: other }, rows: [row({ size: 'large' })] })
    expect(as_text).toMatchObject([['schema', expect.stringContaining('column size is BYTE_ARRAY')]])
    const later = { ...NOTES, columns: [...columns, { name: 'later', type: 'string' as const }] }
    expect(await findings({ schema: later, rows: [row({ later: 'x' })] })).toEqual([])
    const earlier = { ...NOTES, columns: columns.filter(({ name }) => name !== 'score') }
    expect(await findings({ schema: earlier })).toEqual([])
  })

  test('tells of ids that are there twice, purged, or not theirs', async () => {
    const one = row()
    const id = String(one['note_id'])
    expect(await findings({ rows: [one, one] })).toEqual([
      ['order', `rows are not sorted (${id})`],
      ['ids', `an id is there twice (${id})`],
    ])
    const purged = PurgedIds.NONE.with(new Map([[id, true]]))
    expect(await findings({ rows: [one], footer: { purged } })).toEqual([['ids', `a purged id is there again (${id})`]])
    expect(await findings({ rows: [row({ note_id: null })] })).toMatchObject([['ids', 'a record has no id (?)']])
  })

  test('tells of records that belong elsewhere, counting them', async () => {
    const april = newId('note', Date.parse('2025-04-15T12:00:00Z'), random)
    const strange = noteRow(april, { version: 1, rev: 1, updated_at: NOON_MS })
    expect(await findings({ rows: [row(), strange] })).toEqual([
      ['home', `a record belongs in another month (${april})`],
      ['home', `a record was created in another month (${april})`],
    ])
    expect(await findings({ rows: [row({ created_at: NOON_MS + 1 })] })).toMatchObject([
      ['home', expect.stringContaining('created_at is not the time in the id')],
    ])
    const many = [row({ created_at: NOON_MS + 1 }), row({ created_at: NOON_MS + 1 })]
    const bytes = await storedObject(NOTES, NAME, many, { commits: COMMITS })
    const inspected = await inspectObject(NOTES, { name: NAME, bytes, month: '202505', monthOfLegacyId: undefined })
    expect(inspected.findings).toMatchObject([{ check: 'home', records: 2 }])
  })

  test('finds old ids by the index, in both spellings, and not without it', async () => {
    const old = [row({ note_id: 'note-ab12' })]
    const monthOfLegacyId = (id: string) => (id === 'note_ab12' ? '202505' : undefined)
    expect(await findings({ rows: old, monthOfLegacyId })).toEqual([])
    expect(await findings({ rows: old })).toEqual([['home', 'an old id is not in the index (note-ab12)']])
    expect(await findings({ rows: old, monthOfLegacyId: () => '202504' })).toEqual([
      ['home', 'a record belongs in another month (note-ab12)'],
    ])
    expect(await findings({ rows: old, monthOfLegacyId: undefined })).toEqual([])
  })

  test('tells of cells that no commit writes', async () => {
    const broken = Buffer.from('{"text": ')
    for (const [fields, detail] of [
      [{ deleted: null }, 'deleted has no value'],
      [{ updated_at: null }, 'updated_at has no value'],
      [{ version: 0 }, 'version is below 1'],
      [{ rev: 2 }, "rev is not one of the object's"],
      [{ body: broken }, 'body is not JSON'],
    ] as const) {
      expect(await findings({ rows: [row(fields)] })).toMatchObject([['cells', expect.stringContaining(detail)]])
    }
  })

  test('tells of a footer that contradicts itself', async () => {
    const entry = { request_hash: 'a'.repeat(32), body_hash: 'b'.repeat(32), status: 201, id: 'x', time_ms: NOON_MS }
    for (const [footer, detail] of [
      [{ ledger: new Ledger([entry, entry]) }, 'the ledger has a key twice'],
      [{ ledger: new Ledger([{ ...entry, status: 500 }]) }, 'the ledger has an entry that no request makes'],
      [{ commits: [] }, 'commit ids and revision do not fit'],
      [{ rev: 2, commits: [...COMMITS, ...COMMITS] }, 'a commit id is there twice'],
      [{ floor: 2 }, 'the floor is above the revision'],
      [{ epoch: '' }, 'there is no epoch'],
    ] as const) {
      expect(await findings({ footer })).toEqual([['footer', detail]])
    }
  })
})
