import { isObject } from '#shared/base/is-object.ts'
import { ExactDecimal } from '#shared/parquet/exact-decimal.ts'
import { RoundedFloat } from '#shared/parquet/rounded-float.ts'
import type { OddType } from './types.ts'

/** JSON with every number as the digits in it, so that none is changed by reading it. */
export function parseExactly(json: string): unknown {
  const tagged = json.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?/gi, (token) =>
    token.startsWith('"') ? token : JSON.stringify({ number: token }),
  )
  return JSON.parse(tagged) as unknown
}

/** What a row must have for the value that DuckDB shows as this JSON, in the spelling of `shownOf`. */
export function expectedOf(type: OddType, json: unknown): unknown {
  if (json === null) return null
  switch (type.kind) {
    case 'scalar':
      return expectedScalar(type, json)
    case 'list':
      return (json as unknown[]).map((element) => expectedOf(type.element, element))
    case 'map':
      return mapMembers(json, (_, value) => expectedOf(type.value, value))
    case 'struct': {
      const values = mapMembers(json, (name, value) =>
        expectedOf(type.members.find((member) => member.name === name)!.type, value),
      )
      return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
    }
  }
}

function expectedScalar({ shown, sql }: Extract<OddType, { kind: 'scalar' }>, json: unknown): unknown {
  switch (shown) {
    case 'number':
      return plainDigits((json as { number: string }).number)
    case 'float':
      return plainDigits(String(Math.fround(Number((json as { number: string }).number))))
    case 'time':
      return new Date(`${String(json).replace(' ', 'T')}${sql === 'DATE' ? 'T00:00:00' : ''}Z`).toISOString()
    case 'text':
    case 'boolean':
      return json
  }
}

function mapMembers(json: unknown, change: (name: string, value: unknown) => unknown): Record<string, unknown> {
  const entries = Object.entries(json as object).map(([name, value]) => [name, change(name, value as unknown)] as const)
  return Object.fromEntries(entries)
}

/** A value of a row with numbers as their digits. */
export function shownOf(value: unknown): unknown {
  if (value instanceof ExactDecimal) return plainDigits(value.digits)
  if (value instanceof RoundedFloat) return plainDigits(String(value.nearest))
  if (typeof value === 'number' || typeof value === 'bigint') return plainDigits(String(value))
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(shownOf)
  return isObject(value) ? mapMembers(value, (_, member) => shownOf(member)) : value
}

/** One spelling for each number: `1.50`, `1.5` and `15e-1` are `15e-1`. */
function plainDigits(spelled: string): string {
  const [mantissa = '', exponent = '0'] = spelled.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const kept = digits.replace(/0+$/, '')
  if (kept === '') return '0'
  return `${mantissa.startsWith('-') ? '-' : ''}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`
}
