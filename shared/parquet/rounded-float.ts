/**
 * An integer in a float of 32 or 16 bits, beyond those that it holds exactly: its last digits may be anything, as those
 * of a double beyond 2^53. It counts as a number, and it is no id.
 */
export class RoundedFloat {
  readonly nearest: number

  constructor(nearest: number) {
    this.nearest = nearest
  }

  toJSON(): number {
    return this.nearest
  }
}

/** @param exact_max the largest integer below which all are exact: 2^24 for 32 bits, 2^11 for 16 */
export function floatOf(value: number, exact_max: number): number | RoundedFloat {
  return Number.isInteger(value) && Math.abs(value) > exact_max ? new RoundedFloat(value) : value
}
