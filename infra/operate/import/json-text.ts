import { visit } from 'jsonc-parser'

import { isExactNumber } from '#shared/base/exact-number.ts'
import { ExactDecimal } from '#shared/parquet/exact-decimal.ts'

/**
 * Parses JSON; `undefined` when the text is not JSON. `NaN` and `Infinity`, which Python writes, become null. A number that
 * a double would change comes with all of its digits: an integer as a bigint, any other as an `ExactDecimal`.
 */
export function parseJson(text: string): { parsed: unknown } | undefined {
  const nulled = (token: string) => (token.startsWith('"') ? token : 'null')
  const parsed = tryParse(text)
  if (parsed) return withDigits(text, parsed)
  const without_names = text.replaceAll(STRING_OR_NOT_A_NUMBER, nulled)
  const parsed_without = tryParse(without_names)
  return parsed_without && withDigits(without_names, parsed_without)
}

const STRING_OR_NOT_A_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g

function tryParse(value: string): { parsed: unknown } | undefined {
  try {
    return { parsed: JSON.parse(value) as unknown }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Where a number may be that a double changes: 16 digits before a point, or an exponent. Most texts have neither. */
const MANY_DIGITS = /(?<![.\d])\d{16}|\d[eE]\+?\d/

function withDigits(text: string, parsed: { parsed: unknown }): { parsed: unknown } | undefined {
  return MANY_DIGITS.test(text) ? parseWithDigits(text) : parsed
}

/** Deeper texts would exhaust the stack of the parser; records are refused from 16 levels on. */
const LEVELS_MAX = 500

/** Three times as slow as `JSON.parse`. @returns `undefined` for a text that is nested too deep */
function parseWithDigits(text: string): { parsed: unknown } | undefined {
  const levels: { container: unknown[] | Map<string, unknown>; name: string }[] = []
  let parsed: unknown
  const add = (value: unknown) => {
    const level = levels.at(-1)
    if (level === undefined) parsed = value
    else if (Array.isArray(level.container)) level.container.push(value)
    else level.container.set(level.name, value)
  }
  const open = (container: unknown[] | Map<string, unknown>) => {
    if (levels.length === LEVELS_MAX) throw new TooDeep()
    levels.push({ container, name: '' })
  }
  // An assignment to a member named `__proto__` would set the prototype instead.
  const close = () => {
    const { container } = levels.pop()!
    add(Array.isArray(container) ? container : Object.fromEntries(container))
  }
  try {
    visit(text, {
      onObjectBegin: () => open(new Map()),
      onObjectProperty: (name) => void (levels.at(-1)!.name = name),
      onObjectEnd: close,
      onArrayBegin: () => open([]),
      onArrayEnd: close,
      onLiteralValue: (value: unknown, offset, length) => {
        const is_changed = typeof value === 'number' && !isExactNumber(value)
        add(is_changed ? exactValue(text.slice(offset, offset + length)) : value)
      },
    })
  } catch (error) {
    if (error instanceof TooDeep) return undefined
    throw error
  }
  return { parsed }
}

class TooDeep extends Error {}

const NUMBER = /^(-?\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** As many as the greatest double has; what overflows keeps its spelling. */
const DIGITS_MAX = 309

/** The value of a number beyond the range of exact ones: an integer in any spelling is the same integer. */
function exactValue(spelled: string): bigint | ExactDecimal {
  const [, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(spelled) ?? []
  const digits = whole + fraction
  const zeros = Number(exponent) - fraction.length
  if (digits.length + zeros > DIGITS_MAX + 1) return new ExactDecimal(spelled)
  if (zeros >= 0) return BigInt(digits + '0'.repeat(zeros))
  const behind_point = digits.slice(zeros)
  return /^0*$/.test(behind_point) ? BigInt(digits.slice(0, zeros)) : new ExactDecimal(spelled)
}
