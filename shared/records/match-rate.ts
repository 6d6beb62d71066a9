/** Of reported match rates only; null when there is none. @param sum of `count` rates, each 0–1 */
export function meanMatchRate(sum: number, count: number): number | null {
  // Sums of doubles have a rest that means nothing, and a mean never leaves 0–1.
  return count === 0 ? null : Math.min(1, Number((sum / count).toFixed(6)))
}
