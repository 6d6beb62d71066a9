/**
 * Which numbers are kept: one rule for requests, the import and the sync of clients.
 *
 * A number is a double. It holds every integer within ±(2^53 − 1) exactly; beyond, neighbours become one number, and two
 * ids become one. So a number is kept if it is finite and within that range, and refused or kept as text otherwise.
 * `1e3` and `5.0` are the integers 1000 and 5, a fraction is its nearest double, −0 is 0.
 *
 * No number beyond the range is rounded into it, so the rule needs the double only, and not how the number was spelled.
 */
export function isExactNumber(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER
}

/** Read after the name of a field. */
export const INEXACT_NUMBER = 'is a number beyond ±9007199254740991, which would be changed'

/** The number as it is kept: −0 is 0. */
export function keptNumber(value: number): number {
  return value + 0
}

/** An integer of a reader that knows more than doubles; `undefined` when a number would change it. */
export function exactInteger(value: bigint): number | undefined {
  const number = Number(value)
  return isExactNumber(number) ? number : undefined
}

/**
 * The digits of a number where text is meant (an id, a user, an account): `23842587529640369`, `1000` for 1e3.
 * `undefined` for a double beyond the range: its last digits are lost, and several ids may have become this one.
 */
export function numberAsText(value: number | bigint): string | undefined {
  return typeof value === 'bigint' || isExactNumber(value) ? String(value) : undefined
}
