import { fc, runs } from '#tests/support/seeds.ts'
import { describe, expect, test } from 'vitest'

import { crc32c } from '#shared/base/crc32c.ts'
import { assembleFile, footerBytes, parseFile, parseTail, streamFile } from '#shared/parquet/file.ts'
import { readExternalRows } from '#shared/parquet/external-rows.ts'
import { EXTERNAL_COMPRESSORS } from '#shared/parquet/node-compressors.ts'
import { mergeSchemas, parquetSchemaOf, topLevelColumns, type Column } from '#shared/parquet/schema.ts'
import { COLUMNS, decodeRows, encodeRows, rowsOfBytes, toyFile, toyRows } from './toy-file.ts'

const NO_CELLS = Object.fromEntries(COLUMNS.map(({ name }) => [name, null]))
const groupsOfRows = fc.array(toyRows, { minLength: 0, maxLength: 4 })

describe('a Parquet file', () => {
  test('gives back the rows of every column type, nulls, empty lists and all of Unicode', async () => {
    await fc.assert(
      fc.asyncProperty(groupsOfRows, async (groups) => {
        const { bytes } = assembleFile(toyFile(groups))
        expect(await rowsOfBytes(bytes)).toEqual(groups.flat())
      }),
      runs(20, 750),
    )
  })

  test('compresses texts and lists where there are enough of them to gain by it, and smaller ones not at all', async () => {
    const rowsOf = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ ...NO_CELLS, id: `id ${at}`, tags: ['hiking', `weekend ${at}`] }))
    const compressedIn = (count: number) =>
      encodeRows(rowsOf(count)).metadata.columns.flatMap(({ meta_data }) =>
        meta_data?.codec === 'ZSTD' ? [meta_data.path_in_schema[0]] : [],
      )
    expect(compressedIn(1)).toEqual([])
    expect(compressedIn(100)).toEqual(['tags'])
    expect(compressedIn(300)).toEqual(['id', 'tags'])
    const { bytes } = assembleFile(toyFile([rowsOf(1), rowsOf(100), rowsOf(300)]))
    expect(await rowsOfBytes(bytes)).toEqual([1, 100, 300].flatMap(rowsOf))
  })

  test('keeps a U+FEFF at the beginning of a text, for itself and for an import', async () => {
    const rows = [{ ...NO_CELLS, id: '\uFEFFann', tags: ['\uFEFF', '\uFEFFa'] }]
    const { bytes } = assembleFile(toyFile([rows]))
    expect(await rowsOfBytes(bytes)).toEqual(rows)
    const slice = async (start: number, end = bytes.length) => new Uint8Array(bytes.subarray(start, end)).buffer
    for await (const entry of readExternalRows({ byteLength: bytes.length, slice }, EXTERNAL_COMPRESSORS)) {
      expect(entry).toMatchObject({ kind: 'row', fields: { id: '\uFEFFann', tags: ['\uFEFF', '\uFEFFa'] } })
    }
  })

  test('comes with the checksum of its bytes, joined from those of its groups', () => {
    fc.assert(
      fc.property(groupsOfRows, (groups) => {
        const file = assembleFile(toyFile(groups))
        expect(file.crc32c).toBe(crc32c(file.bytes))
        const again = assembleFile(parseFile(file.bytes))
        expect(again.crc32c).toBe(crc32c(again.bytes))
      }),
      runs(15, 300),
    )
  })

  test('copies groups that nobody touched byte for byte, to wherever they come to lie', async () => {
    await fc.assert(
      fc.asyncProperty(groupsOfRows, toyRows, fc.nat(), async (groups, inserted, at) => {
        const before = parseFile(assembleFile(toyFile(groups)).bytes)
        const added = encodeRows(inserted)
        const place = at % (groups.length + 1)
        const after = parseFile(assembleFile({ ...before, groups: before.groups.toSpliced(place, 0, added) }).bytes)
        const kept = after.groups.toSpliced(place, 1)
        kept.forEach((group, i) => {
          expect(Buffer.compare(group.bytes, before.groups[i]!.bytes)).toBe(0)
          expect(group.metadata).toEqual(before.groups[i]!.metadata)
        })
        expect(await decodeRows(after.groups)).toEqual(groups.toSpliced(place, 0, inserted).flat())
      }),
      runs(15, 300),
    )
  })

  test('keeps its key-values, whatever text they are', () => {
    const texts = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(
        fc.dictionary(
          texts.filter((key) => key !== '__proto__'),
          texts,
        ),
        (entries) => {
          const key_values = new Map(Object.entries(entries))
          const { bytes } = assembleFile({ ...toyFile([]), key_values })
          expect(parseFile(bytes).key_values).toEqual(key_values)
        },
      ),
      runs(20, 500),
    )
  })

  test('read by ranges gives the same rows and fetches only the columns that are asked for', async () => {
    const rows = Array.from({ length: 200 }, (_, at) => ({
      ...row(`id-${at}`, at),
      details: new TextEncoder().encode(JSON.stringify('x'.repeat(1000 + at))),
    }))
    const { bytes } = assembleFile(toyFile([rows.slice(0, 100), rows.slice(100)]))
    let fetched = 0
    const readRange = async (start: number, end: number) => {
      fetched += end - start
      return bytes.slice(start, end)
    }
    const tail = bytes.slice(bytes.length - footerBytes(bytes))
    const file = parseTail(tail, bytes.length, readRange)
    const ids = await Promise.all(file.groups.map((group) => group.columns(['id'])))
    expect(ids.flatMap((values) => values.get('id'))).toEqual(rows.map(({ id }) => id))
    expect(fetched).toBeLessThan(bytes.length / 3)
    expect(await decodeRows(file.groups)).toEqual(rows)
    expect(() => file.groups[0]!.bytes).toThrow('by ranges')
  })

  test('streamed piece by piece is the same file', async () => {
    const file = toyFile([[row('a', 1)], [row('b', 2), row('c', 3)]])
    async function* groups() {
      yield* file.groups
    }
    const pieces: Uint8Array[] = []
    for await (const piece of streamFile(file.schema, groups())) pieces.push(piece)
    expect(Buffer.compare(Buffer.concat(pieces), assembleFile(file).bytes)).toBe(0)
  })
})

describe('schema evolution', () => {
  const NEWER: readonly Column[] = [
    ...COLUMNS.slice(0, 3),
    { name: 'colour', type: 'string', statistics: true },
    { name: 'places', type: 'string_list' },
    ...COLUMNS.slice(3),
    { name: 'plan', type: 'json' },
  ]

  test('adds columns to a group as null, without encoding the old ones again', async () => {
    await fc.assert(
      fc.asyncProperty(toyRows, async (rows) => {
        const old = encodeRows(rows)
        const schema = mergeSchemas(parquetSchemaOf(COLUMNS), parquetSchemaOf(NEWER))
        const widened = old.withSchema(schema)
        expect(Buffer.compare(widened.bytes.subarray(0, old.size_bytes), old.bytes)).toBe(0)
        expect(widened.crc32c).toBe(crc32c(widened.bytes))
        const bytes = assembleFile({ schema, groups: [widened], key_values: new Map() }).bytes
        const expected = rows.map((values) => ({ ...values, colour: null, places: null, plan: null }))
        expect(await rowsOfBytes(bytes, NEWER)).toEqual(expected)
      }),
      runs(15, 300),
    )
  })

  test('leaves a group alone that has all columns', () => {
    const group = encodeRows([row('a', 1)])
    expect(group.withSchema(parquetSchemaOf(COLUMNS))).toBe(group)
  })

  test('reads a column that the file lacks as null', async () => {
    const bytes = assembleFile(toyFile([[row('a', 1)]], COLUMNS.slice(0, 3))).bytes
    expect(await rowsOfBytes(bytes)).toEqual([
      { id: 'a', created_at: 1, size: null, score: null, deleted: null, tags: null, details: null },
    ])
  })

  test('keeps the order of the file and its unknown columns, and puts new ones behind', () => {
    const merged = mergeSchemas(parquetSchemaOf(NEWER), parquetSchemaOf([...COLUMNS, { name: 'new', type: 'double' }]))
    expect([...topLevelColumns(merged).keys()]).toEqual([...NEWER.map(({ name }) => name), 'new'])
    expect(merged[0]).toMatchObject({ num_children: NEWER.length + 1 })
  })
})

function row(id: string, created_at: number) {
  return { id, created_at, size: null, score: null, deleted: false, tags: [] as string[], details: null }
}
