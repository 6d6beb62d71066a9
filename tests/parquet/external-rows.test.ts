import { isUtf8 } from 'node:buffer'
import { describe, expect, test } from 'vitest'

import { ExactDecimal } from '#shared/parquet/exact-decimal.ts'
import { readExternalRows, type ExternalEntry } from '#shared/parquet/external-rows.ts'
import { EXTERNAL_COMPRESSORS } from '#shared/parquet/node-compressors.ts'
import { assembleFile } from '#shared/parquet/file.ts'
import { encodeRowGroup } from '#shared/parquet/row-group.ts'
import type { parquetSchemaOf } from '#shared/parquet/schema.ts'
import { anyCharacter, fc, runs } from '#tests/support/seeds.ts'

type SchemaElement = ReturnType<typeof parquetSchemaOf>[number]
type FieldRepetitionType = NonNullable<SchemaElement['repetition_type']>

const optional = { repetition_type: 'OPTIONAL' } as const
const UTF8 = { converted_type: 'UTF8' } as const

/** A column, in the order of its schema: the annotations are added after the values were written as they are. */
interface RawColumn {
  readonly elements: readonly SchemaElement[]
  readonly values: readonly unknown[]
}

/** A file of columns as another program may write it, with annotations that the writer does not know. */
function fileOf(columns: readonly RawColumn[]): Uint8Array {
  const elements = columns.flatMap((column) => column.elements)
  const schema: SchemaElement[] = [{ name: 'root', num_children: columns.length }, ...elements]
  const bare = schema.map((element) => {
    const stored = { ...element }
    if (element.converted_type !== 'LIST') delete stored.converted_type
    delete stored.logical_type
    delete stored.scale
    delete stored.precision
    return stored
  })
  const values = new Map(columns.map((column) => [column.elements[0]!.name, column.values]))
  const group = encodeRowGroup(bare, values, { statistics: new Set() })
  return assembleFile({ schema, groups: [group], key_values: new Map() }).bytes
}

async function entriesOf(bytes: Uint8Array): Promise<ExternalEntry[]> {
  const slice = async (start: number, end = bytes.length) => new Uint8Array(bytes.subarray(start, end)).buffer
  const entries: ExternalEntry[] = []
  for await (const entry of readExternalRows({ byteLength: bytes.length, slice }, EXTERNAL_COMPRESSORS))
    entries.push(entry)
  return entries
}

/** The cells of the one column of each row. */
async function cellsOf(column: RawColumn): Promise<unknown[]> {
  const { name } = column.elements[0]!
  return (await entriesOf(fileOf([column]))).map((entry) =>
    entry.kind === 'row' ? entry.fields[name] : Object.fromEntries(entry.faults),
  )
}

describe('a decimal', () => {
  /** Two's complement, the most significant byte first. */
  function bytesOf(integer: bigint, length: number): Uint8Array {
    const hex = BigInt.asUintN(length * 8, integer).toString(16)
    return Buffer.from(hex.padStart(length * 2, '0'), 'hex')
  }
  const decimal = (precision: number, scale: number, more: Partial<SchemaElement>): SchemaElement => ({
    name: 'd',
    ...optional,
    converted_type: 'DECIMAL',
    precision,
    scale,
    ...more,
  })
  const spelled = (value: unknown) => (value instanceof ExactDecimal ? value.digits : String(value))

  test('is exact in every physical type, whatever its scale, sign and length', async () => {
    const type = fc.constantFrom('INT32', 'INT64', 'FIXED_LEN_BYTE_ARRAY', 'BYTE_ARRAY')
    const digits_max = { INT32: 9, INT64: 18, FIXED_LEN_BYTE_ARRAY: 76, BYTE_ARRAY: 76 }
    const any_decimals = type.chain((physical) =>
      fc.integer({ min: 1, max: digits_max[physical] }).chain((precision) =>
        fc.record({
          physical: fc.constant(physical),
          precision: fc.constant(precision),
          scale: fc.integer({ min: 0, max: precision }),
          integers: fc.array(fc.bigInt({ min: 1n - 10n ** BigInt(precision), max: 10n ** BigInt(precision) - 1n }), {
            minLength: 1,
            maxLength: 20,
          }),
        }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(any_decimals, async ({ physical, precision, scale, integers }) => {
        const stored = integers.map((integer) => {
          if (physical === 'INT32') return Number(integer)
          return physical === 'INT64' ? integer : bytesOf(integer, 32)
        })
        const more = { type: physical, ...(physical === 'FIXED_LEN_BYTE_ARRAY' && { type_length: 32 }) }
        const cells = await cellsOf({ elements: [decimal(precision, scale, more)], values: stored })
        // Back to the integer: no digit is lost, none is added.
        const integersOf = cells.map((cell) => {
          const [whole = '', fraction = ''] = plainDigits(spelled(cell)).split('.')
          expect(fraction.length).toBeLessThanOrEqual(scale)
          return BigInt(whole + fraction.padEnd(scale, '0'))
        })
        expect(integersOf).toEqual(integers)
      }),
      runs(20, 300),
    )
  })

  test('is a number where a number spells it, and its digits where none does', async () => {
    const values = [15_000_000_000n, 570_000_000n, -70_000_000n, 0n, null, 9_007_199_254_740_993n * 10n ** 9n]
    const column = { elements: [decimal(38, 9, { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16 })] }
    const stored = values.map((value) => (value === null ? null : bytesOf(value, 16)))
    expect(await cellsOf({ ...column, values: stored })).toEqual([15, 0.57, -0.07, 0, null, 9_007_199_254_740_993n])
    const long = { elements: [decimal(76, 38, { type: 'BYTE_ARRAY' })], values: [bytesOf(-1n, 1), bytesOf(1n, 3)] }
    expect((await cellsOf(long)).map(spelled)).toEqual([`-0.${'1'.padStart(38, '0')}`, `0.${'1'.padStart(38, '0')}`])
  })

  function plainDigits(text: string): string {
    const [mantissa = '', exponent] = text.split('e-')
    if (exponent === undefined) return text
    const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
    const sign = mantissa.startsWith('-') ? '-' : ''
    return `${sign}0.${(whole + fraction).padStart(Number(exponent) + fraction.length, '0')}`
  }
})

describe('text that is not UTF-8', () => {
  const bad = Buffer.from('j\xfcrgen', 'latin1')
  const good = Buffer.from('jürgen')
  const leaf = (name: string, annotation: Partial<SchemaElement> = {}): SchemaElement => ({
    name,
    type: 'BYTE_ARRAY',
    ...optional,
    ...annotation,
  })
  const FAULT = 'is not UTF-8: write the text as UTF-8'

  test.each([
    ['without annotation', {}],
    ['UTF8', UTF8],
    ['JSON', { converted_type: 'JSON' as const }],
    ['ENUM', { converted_type: 'ENUM' as const }],
    ['STRING', { logical_type: { type: 'STRING' as const } }],
  ])('is a fault of its row and column, %s', async (_, annotation) => {
    const values = [good, bad, null, good, Buffer.from('\xed\xa0\x80', 'latin1'), bad]
    expect(await cellsOf({ elements: [leaf('user_id', annotation)], values })).toEqual([
      'jürgen',
      { user_id: FAULT },
      null,
      'jürgen',
      { user_id: FAULT },
      { user_id: FAULT },
    ])
  })

  test('is all that Node does not take for UTF-8, and nothing else', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: anyCharacter, maxLength: 4 }).map((value) => Buffer.from(value)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 20 }), async (values) => {
        const expected = values.map((value) => (isUtf8(value) ? Buffer.from(value).toString() : { text: FAULT }))
        expect(await cellsOf({ elements: [leaf('text', UTF8)], values })).toEqual(expected)
      }),
      runs(10, 150),
    )
  })

  test('is found in lists and structs, and every column with such text is named once', async () => {
    const list: RawColumn = {
      elements: [
        { name: 'tags', ...optional, num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        leaf('element', UTF8),
      ],
      values: [[good], [good, bad, bad], []],
    }
    const struct: RawColumn = {
      elements: [{ name: 'metadata', ...optional, num_children: 2 }, leaf('owner', UTF8), leaf('x.y', UTF8)],
      values: [
        { owner: good, 'x.y': bad },
        { owner: bad, 'x.y': bad },
        { owner: good, 'x.y': null },
      ],
    }
    const faults = (await entriesOf(fileOf([list, struct]))).map((entry) =>
      entry.kind === 'bad' ? [...entry.faults.keys()] : entry.fields,
    )
    expect(faults).toEqual([
      ['metadata.x.y'],
      ['tags[]', 'metadata.owner', 'metadata.x.y'],
      { tags: [], metadata: { owner: 'jürgen' } },
    ])
  })

  test('is no fault where bytes are bytes', async () => {
    const digest: SchemaElement = { name: 'digest', type: 'FIXED_LEN_BYTE_ARRAY', type_length: 2, ...optional }
    const values = [Uint8Array.of(0xff, 0xfe)]
    expect(await cellsOf({ elements: [digest], values })).toEqual(values)
  })
})

describe('names and shapes of other programs', () => {
  const group = (name: string, num_children: number, more: Partial<SchemaElement> = {}): SchemaElement => ({
    name,
    ...optional,
    num_children,
    ...more,
  })
  const text = (name: string, repetition_type: FieldRepetitionType = 'OPTIONAL'): SchemaElement => ({
    name,
    type: 'BYTE_ARRAY',
    repetition_type,
    ...UTF8,
  })

  test('members that are called as prototypes and paths are members', async () => {
    const names = ['__proto__', 'constructor', 'a.b', 'list']
    const cells = await cellsOf({
      elements: [group('m', names.length), ...names.map((name) => text(name))],
      values: [Object.fromEntries(names.map((name) => [name, Buffer.from(name)]))],
    })
    expect(cells.map((cell) => Object.entries(cell as object))).toEqual([names.map((name) => [name, name])])
  })

  test('a column a.b and the member b of a are two', async () => {
    const bytes = fileOf([
      { elements: [group('a', 1), text('b')], values: [{ b: Buffer.from('member') }] },
      { elements: [text('a.b')], values: [Buffer.from('column')] },
    ])
    expect(await entriesOf(bytes)).toEqual([{ kind: 'row', fields: { a: { b: 'member' }, 'a.b': 'column' } }])
  })

  test('two columns of one name are a file that cannot be read', async () => {
    const one = { elements: [text('a')], values: [Buffer.from('x')] }
    const other = { elements: [text('b')], values: [Buffer.from('y')] }
    const bytes = Buffer.from(fileOf([one, other]))
    // Before the length 1 of the name `b` stands its type: a name of the schema, and the path of the column.
    const renamed = Buffer.from(bytes.toString('latin1').replaceAll('\x01b', '\x01a'), 'latin1')
    await expect(entriesOf(renamed)).rejects.toThrow('the file has two columns of the name "a"')
  })
})
