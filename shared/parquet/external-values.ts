import type { SchemaElement, TimeUnit } from 'hyparquet'

import { CorruptFile } from './corrupt-file.ts'
import { hexOf } from '../base/hex.ts'
import { ExactDecimal, exactDecimal, integerOf } from './exact-decimal.ts'
import type { ExternalNode } from './external-schema.ts'
import { floatOf } from './rounded-float.ts'

/** Gets the fault of a value and the path of its column. */
export type OnFault = (path: string, message: string) => void

/** A stored value as a value of a row; null when there is none. */
type Convert = (stored: unknown, onFault: OnFault) => unknown

/** The conversion of a column with everything below it. @throws CorruptFile for a type that has no meaning here */
export function conversionOf(node: ExternalNode): Convert {
  const { element } = node
  const convert = isGroup(node) ? groupConversion(node) : present(leafConversion(node))
  if (element.repetition_type !== 'REPEATED') return convert
  // A repeated field outside a list, as protocol buffers have it.
  return (stored, onFault) => elementsOf(stored).map((one) => convert(one, onFault))
}

function isGroup({ element }: ExternalNode): boolean {
  return element.num_children !== undefined
}

function groupConversion(node: ExternalNode): Convert {
  const { element, path } = node
  if (element.logical_type?.type === 'VARIANT') {
    throw new CorruptFile(`the column ${JSON.stringify(path)} is a VARIANT, which is not read: write it as JSON`)
  }
  const annotation = element.converted_type ?? element.logical_type?.type
  const [repeated, ...others] = node.children
  if (!repeated || others.length > 0 || repeated.element.repetition_type !== 'REPEATED') return structConversion(node)
  if (annotation === 'LIST') return listConversion(node, repeated)
  const is_map = annotation === 'MAP' || annotation === 'MAP_KEY_VALUE'
  return is_map && repeated.children.length === 2 ? mapConversion(node, repeated) : structConversion(node)
}

/**
 * A struct has all members in every row, those that only other rows have as null: a member that is null is absent, as it
 * was in the dictionary that was written.
 */
function structConversion({ children }: ExternalNode): Convert {
  const members = children.map((child) => ({ name: child.name, key: child.key, convert: conversionOf(child) }))
  return present((stored, onFault) => {
    const group = stored as Readonly<Record<string, unknown>>
    const entries: [string, unknown][] = []
    for (const { name, key, convert } of members) {
      const value = convert(group[key], onFault)
      if (value !== null) entries.push([name, value])
    }
    return Object.fromEntries(entries)
  })
}

/** Of three levels, or of two as older writers have it: https://parquet.apache.org/docs/file-format/types/logicaltypes. */
function listConversion(list: ExternalNode, repeated: ExternalNode): Convert {
  const [element, ...others] = repeated.children
  const is_element =
    !element || others.length > 0 || repeated.name === 'array' || repeated.name === `${list.name}_tuple`
  const once = { ...repeated, element: { ...repeated.element, repetition_type: 'REQUIRED' as const } }
  const convert = conversionOf(is_element ? once : element)
  return present((stored, onFault) =>
    elementsOf((stored as Readonly<Record<string, unknown>>)[repeated.key]).map((one) =>
      convert(is_element ? one : memberOf(one, element.key), onFault),
    ),
  )
}

/** An object whose names are the keys as text. */
function mapConversion(map: ExternalNode, repeated: ExternalNode): Convert {
  const [key, value] = repeated.children as [ExternalNode, ExternalNode]
  const convertKey = conversionOf(key)
  const convertValue = conversionOf(value)
  return present((stored, onFault) => {
    const entries = new Map<string, unknown>()
    for (const pair of elementsOf((stored as Readonly<Record<string, unknown>>)[repeated.key])) {
      const name = nameOf(convertKey(memberOf(pair, key.key), onFault))
      if (name === undefined) onFault(map.path, 'has a key that is neither text nor a number')
      else if (entries.has(name)) onFault(map.path, `has the key ${JSON.stringify(name)} twice`)
      else entries.set(name, convertValue(memberOf(pair, value.key), onFault))
    }
    return Object.fromEntries(entries)
  })
}

/** @returns `undefined` for a key that has no spelling of its own */
function nameOf(key: unknown): string | undefined {
  if (key instanceof ExactDecimal) return key.digits
  if (key instanceof Date) return Number.isNaN(key.getTime()) ? undefined : key.toISOString()
  if (typeof key === 'string') return key
  return typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean' ? String(key) : undefined
}

function elementsOf(stored: unknown): readonly unknown[] {
  if (stored === null || stored === undefined) return []
  return Array.isArray(stored) ? stored : [...(stored as Iterable<unknown>)]
}

function memberOf(group: unknown, key: string): unknown {
  return group === null || group === undefined ? null : (group as Readonly<Record<string, unknown>>)[key]
}

function present(convert: Convert): Convert {
  return (stored, onFault) => (stored === null || stored === undefined ? null : convert(stored, onFault))
}

const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function leafConversion(node: ExternalNode): Convert {
  const convert = annotatedConversion(node)
  if (node.element.type !== 'INT32') return convert
  // As `readAs` of the schema says, some of them come as 64-bit numbers.
  return (stored, onFault) => convert(typeof stored === 'bigint' ? Number(BigInt.asIntN(32, stored)) : stored, onFault)
}

function annotatedConversion({ element, path }: ExternalNode): Convert {
  const { logical_type, type } = element
  switch (element.converted_type ?? logical_type?.type) {
    case 'DECIMAL':
      return decimalConversion(element)
    case 'UTF8':
    case 'STRING':
    case 'ENUM':
    case 'JSON':
      return textConversion(path)
    case 'DATE':
      return (stored) => new Date(Number(stored) * 86_400_000)
    case 'TIMESTAMP_MILLIS':
      return (stored) => timeOf(stored, 1_000_000n)
    case 'TIMESTAMP_MICROS':
      return (stored) => timeOf(stored, 1000n)
    case 'TIMESTAMP':
      return timestampConversion(logical_type)
    case 'TIME_MILLIS':
      return (stored) => timeOfDay(BigInt(stored as number), 3)
    case 'TIME_MICROS':
      return (stored) => timeOfDay(stored as bigint, 6)
    case 'TIME':
      return (stored) => timeOfDay(BigInt(stored as number | bigint), DIGITS_BEHIND_SECONDS[unitOf(logical_type)])
    case 'UINT_32':
      return (stored) => Number(stored) >>> 0
    case 'UINT_64':
      return (stored) => BigInt.asUintN(64, stored as bigint)
    case 'INTEGER':
      return integerConversion(logical_type)
    case 'UUID':
      return (stored) => uuidOf(stored as Uint8Array)
    case 'FLOAT16':
      return (stored) => floatOf(halfOf(stored as Uint8Array), 2 ** 11)
    case 'INTERVAL':
      return (stored) => durationOf(stored as Uint8Array)
    case 'BSON':
      return (stored) => stored
    default:
      // The library gives nanoseconds since 1970 for these times.
      if (type === 'INT96') return (stored) => timeOf(stored, 1n)
      if (type === 'FLOAT') return (stored) => floatOf(stored as number, 2 ** 24)
      // Most writers of old did not say that bytes are text.
      return type === 'BYTE_ARRAY' ? textConversion(path) : (stored) => stored
  }
}

function textConversion(path: string): Convert {
  return (stored, onFault) => {
    try {
      return textDecoder.decode(stored as Uint8Array)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      onFault(path, 'is not UTF-8: write the text as UTF-8')
      return null
    }
  }
}

function decimalConversion({ scale, logical_type }: SchemaElement): Convert {
  const places = scale ?? (logical_type?.type === 'DECIMAL' ? logical_type.scale : 0)
  return (stored) =>
    exactDecimal(stored instanceof Uint8Array ? integerOf(stored) : BigInt(stored as number | bigint), places)
}

function timestampConversion(logical_type: SchemaElement['logical_type']): Convert {
  const ns = 10n ** BigInt(9 - DIGITS_BEHIND_SECONDS[unitOf(logical_type)])
  return (stored) => timeOf(stored, ns)
}

const DIGITS_BEHIND_SECONDS = { MILLIS: 3, MICROS: 6, NANOS: 9 }

function unitOf(logical_type: SchemaElement['logical_type']): TimeUnit {
  return logical_type && 'unit' in logical_type ? logical_type.unit : 'MILLIS'
}

/** `23:59:59.5`. @param digits of the fraction of seconds */
function timeOfDay(stored: bigint, digits: number): string {
  const whole = Number(stored / 10n ** BigInt(digits))
  const fraction = String(stored % 10n ** BigInt(digits))
    .padStart(digits, '0')
    .replace(/0+$/, '')
  const parts = [Math.trunc(whole / 3600), Math.trunc(whole / 60) % 60, whole % 60]
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return fraction === '' ? clock : `${clock}.${fraction}`
}

/** @param ns nanoseconds in one unit of `stored` */
function timeOf(stored: unknown, ns: bigint): Date {
  return new Date(Number(((stored as bigint) * ns) / 1_000_000n))
}

function integerConversion(logical_type: SchemaElement['logical_type']): Convert {
  if (logical_type?.type !== 'INTEGER' || logical_type.isSigned) return (stored) => stored
  if (logical_type.bitWidth === 64) return (stored) => BigInt.asUintN(64, stored as bigint)
  return (stored) => Number(stored) >>> 0
}

function uuidOf(bytes: Uint8Array): string {
  const hex = hexOf(bytes)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** IEEE 754 binary16, the least significant byte first. */
function halfOf(bytes: Uint8Array): number {
  const bits = new DataView(bytes.buffer, bytes.byteOffset).getUint16(0, true)
  const sign = bits >> 15 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Months, days and milliseconds, as an ISO 8601 duration. */
function durationOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return `P${view.getUint32(0, true)}M${view.getUint32(4, true)}DT${view.getUint32(8, true) / 1000}S`
}
