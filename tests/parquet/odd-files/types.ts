import { anyCharacter, fc } from '#tests/support/seeds.ts'

/** Types of Parquet as DuckDB names them, in any nesting. */
export type OddType =
  | { readonly kind: 'scalar'; readonly sql: string; readonly shown: 'number' | 'float' | 'text' | 'time' | 'boolean' }
  | { readonly kind: 'list'; readonly element: OddType }
  | { readonly kind: 'struct'; readonly members: readonly { readonly name: string; readonly type: OddType }[] }
  | { readonly kind: 'map'; readonly value: OddType }

/** A value as SQL. */
type Sql = string

export function sqlTypeOf(type: OddType): string {
  switch (type.kind) {
    case 'scalar':
      return type.sql
    case 'list':
      return `${sqlTypeOf(type.element)}[]`
    case 'struct':
      return `STRUCT(${type.members.map(({ name, type: member }) => `${quoted(name)} ${sqlTypeOf(member)}`).join(', ')})`
    case 'map':
      return `MAP(VARCHAR, ${sqlTypeOf(type.value)})`
  }
}

/** Names that a reader of paths may confuse. */
const memberName = fc.constantFrom('a', 'b', 'tags', 'list', 'element', 'key', 'value', 'x.y', 'Straße', 'constructor')

const decimalType = fc
  .integer({ min: 1, max: 38 })
  .chain((precision) => fc.tuple(fc.constant(precision), fc.integer({ min: 0, max: precision })))
  .map(([precision, scale]): OddType => ({ kind: 'scalar', sql: `DECIMAL(${precision},${scale})`, shown: 'number' }))

const scalarType: fc.Arbitrary<OddType> = fc.oneof(
  decimalType,
  fc.constantFrom<OddType>(
    ...['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'DOUBLE'].map(
      (sql) => ({ kind: 'scalar' as const, sql, shown: 'number' as const }),
    ),
    { kind: 'scalar', sql: 'FLOAT', shown: 'float' },
    { kind: 'scalar', sql: 'VARCHAR', shown: 'text' },
    { kind: 'scalar', sql: 'UUID', shown: 'text' },
    { kind: 'scalar', sql: "ENUM('draft', 'active')", shown: 'text' },
    { kind: 'scalar', sql: 'TIME', shown: 'text' },
    { kind: 'scalar', sql: 'BOOLEAN', shown: 'boolean' },
    { kind: 'scalar', sql: 'DATE', shown: 'time' },
    { kind: 'scalar', sql: 'TIMESTAMP', shown: 'time' },
    { kind: 'scalar', sql: 'TIMESTAMP_MS', shown: 'time' },
    { kind: 'scalar', sql: 'TIMESTAMP_NS', shown: 'time' },
  ),
)

export const oddType: fc.Arbitrary<OddType> = fc.letrec<{ type: OddType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'type' },
    scalarType,
    tie('type').map((element): OddType => ({ kind: 'list', element })),
    tie('type').map((value): OddType => ({ kind: 'map', value })),
    fc
      .uniqueArray(fc.record({ name: memberName, type: tie('type') }), {
        selector: ({ name }) => name.toLowerCase(),
        minLength: 1,
        maxLength: 4,
      })
      .map((members): OddType => ({ kind: 'struct', members })),
  ),
})).type

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: anyCharacter, maxLength: 8 }).filter((value) => value.isWellFormed()),
  fc.constantFrom('', '\uFEFFx', '\uFEFF', 'Zürich', 'Zu\u0308rich', 'null', '[1]'),
)

/** A value of the type, often null. */
export function oddValue(type: OddType): fc.Arbitrary<Sql> {
  const value = presentValue(type)
  return fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: fc.constant('NULL') })
}

function presentValue(type: OddType): fc.Arbitrary<Sql> {
  switch (type.kind) {
    case 'scalar':
      return scalarValue(type.sql)
    case 'list':
      return fc
        .array(oddValue(type.element), { maxLength: 4 })
        .map((elements) => typed(`[${elements.join(', ')}]`, type))
    case 'map':
      return fc
        .uniqueArray(fc.tuple(text.map(withoutNul), oddValue(type.value)), { selector: ([key]) => key, maxLength: 4 })
        .map((entries) => {
          const keys = entries.map(([key]) => literal(key)).join(', ')
          return typed(`MAP([${keys}], [${entries.map(([, value]) => value).join(', ')}])`, type)
        })
    case 'struct':
      return fc
        .tuple(...type.members.map(({ type: member }) => oddValue(member)))
        .map((values) =>
          typed(`{${values.map((value, at) => `${literal(type.members[at]!.name)}: ${value}`).join(', ')}}`, type),
        )
  }
}

function scalarValue(sql: string): fc.Arbitrary<Sql> {
  return plainValue(sql).map((value) => `CAST(${literal(value)} AS ${sql})`)
}

function plainValue(sql: string): fc.Arbitrary<string> {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(sql)
  if (decimal) return decimalValue(Number(decimal[1]), Number(decimal[2]))
  switch (sql) {
    case 'TINYINT':
      return integer(-(2n ** 7n), 2n ** 7n - 1n)
    case 'SMALLINT':
      return integer(-(2n ** 15n), 2n ** 15n - 1n)
    case 'INTEGER':
      return integer(-(2n ** 31n), 2n ** 31n - 1n)
    case 'BIGINT':
      return integer(-(2n ** 63n), 2n ** 63n - 1n)
    case 'UTINYINT':
      return integer(0n, 2n ** 8n - 1n)
    case 'USMALLINT':
      return integer(0n, 2n ** 16n - 1n)
    case 'UINTEGER':
      return integer(0n, 2n ** 32n - 1n)
    case 'UBIGINT':
      return integer(0n, 2n ** 64n - 1n)
    case 'DOUBLE':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)
    case 'FLOAT':
      return fc.float({ noNaN: true, noDefaultInfinity: true }).map(String)
    case 'UUID':
      return fc.uuid()
    case 'BOOLEAN':
      return fc.boolean().map(String)
    case 'TIME':
      return fc.integer({ min: 0, max: 86_399_999 }).map((ms) => new Date(ms).toISOString().slice(11, -1))
    case 'DATE':
    case 'TIMESTAMP':
    case 'TIMESTAMP_MS':
    case 'TIMESTAMP_NS':
      return fc
        .date({ min: new Date('1971-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
        .map((date) => (sql === 'DATE' ? date.toISOString().slice(0, 10) : date.toISOString().slice(0, -1)))
    case "ENUM('draft', 'active')":
      return fc.constantFrom('draft', 'active')
    default:
      return text.map(withoutNul)
  }
}

function integer(min: bigint, max: bigint): fc.Arbitrary<string> {
  return fc.bigInt({ min, max }).map(String)
}

/** Any digits that fit, the whole numbers among them too. */
function decimalValue(precision: number, scale: number): fc.Arbitrary<string> {
  const limit = 10n ** BigInt(precision) - 1n
  const whole_max = 10n ** BigInt(precision - scale) - 1n
  const whole = fc.bigInt({ min: -whole_max, max: whole_max }).map((value) => value * 10n ** BigInt(scale))
  return fc.oneof(fc.bigInt({ min: -limit, max: limit }), whole).map((unscaled) => {
    const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
    const point = digits.length - scale
    return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
  })
}

/** SQL ends a text there. */
function withoutNul(value: string): string {
  return value.replaceAll('\0', '0')
}

function typed(expression: string, type: OddType): Sql {
  return `CAST(${expression} AS ${sqlTypeOf(type)})`
}

function literal(value: string): Sql {
  return `'${value.replaceAll("'", "''")}'`
}

function quoted(name: string): Sql {
  return `"${name.replaceAll('"', '""')}"`
}
