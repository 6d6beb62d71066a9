import { isTied, type Change } from './change.ts'

const KIND_ORDER = ['audience', 'platform', 'distribution']
/** A push goes so many times round; the rest is for the next. */
export const WAVES_MAX = 4

/** The wave of each change of a push: none overtakes an earlier one that it is tied to. */
export function wavesOf(changes: readonly Change[], objectOf: (change: Change) => string): number[] {
  const waves: number[] = []
  changes.forEach((change, at) => {
    const after = changes.slice(0, at).map((earlier, place) => {
      if (!isTied(change, earlier)) return 0
      const goes_first = KIND_ORDER.indexOf(earlier.kind) < KIND_ORDER.indexOf(change.kind)
      return waves[place]! + (goes_first || objectOf(earlier) === objectOf(change) ? 0 : 1)
    })
    waves.push(Math.max(0, ...after))
  })
  return waves
}
