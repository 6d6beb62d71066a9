import { hexOf } from '../base/hex.ts'

/**
 * A decimal fraction that a number spells otherwise: `0.12345678901234567890`. Where text is meant its digits are taken,
 * elsewhere the nearest number.
 */
export class ExactDecimal {
  /** Without exponent and without zeros at the end: `-0.0000001`. */
  readonly digits: string

  constructor(digits: string) {
    this.digits = digits
  }

  get nearest(): number {
    return Number(this.digits)
  }

  /** In JSON a decimal is a number. */
  toJSON(): number {
    return this.nearest
  }
}

/**
 * The value `unscaled` × 10^−`scale` in the simplest type that spells it exactly: a number, a bigint for integers beyond
 * 2^53, an `ExactDecimal` for fractions with more digits than a number has. No digit goes through binary fractions:
 * 15 × 10^−9 computed with doubles is 1.5000000000000002e-8.
 */
export function exactDecimal(unscaled: bigint, scale: number): number | bigint | ExactDecimal {
  const { whole, fraction } = partsOf(unscaled < 0n ? -unscaled : unscaled, scale)
  const sign = unscaled < 0n ? '-' : ''
  if (fraction === '') {
    const integer = BigInt(sign + whole)
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer
  }
  const digits = `${sign}${whole}.${fraction}`
  const number = Number(digits)
  return String(number) === digits ? number : new ExactDecimal(digits)
}

/** The digits before and behind the point, without zeros at the end. */
function partsOf(magnitude: bigint, scale: number): { whole: string; fraction: string } {
  if (scale <= 0) return { whole: String(magnitude * 10n ** BigInt(-scale)), fraction: '' }
  const digits = String(magnitude).padStart(scale + 1, '0')
  const point = digits.length - scale
  return { whole: digits.slice(0, point), fraction: digits.slice(point).replace(/0+$/, '') }
}

/** The integer in bytes of two's complement, the most significant first. No bytes are zero. */
export function integerOf(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hexOf(bytes)}`))
}
