const STEPS = [1, 2, 2.5, 5, 10]
const TICKS_MAX = 4

/** The lines of an axis: round numbers from zero to at least `highest`, at most five. */
export function ticksUpTo(highest: number): number[] {
  if (highest <= 0) return [0]
  const rough = highest / TICKS_MAX
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, (STEPS.find((factor) => factor * power >= rough) ?? 10) * power)
  const count = Math.ceil(highest / step)
  return Array.from({ length: count + 1 }, (_, at) => at * step)
}
