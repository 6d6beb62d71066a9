import type { Audience } from '../../store/records.ts'

/** The segments of an audience as bars from zero, the largest first, and a table of the same numbers. Pure. */
export interface SegmentBar {
  readonly id: string
  readonly name: string
  /** Null: not known yet. */
  readonly size: number | null
  /** Of all records, 0–1; null: not known. */
  readonly share: number | null
}

export interface SegmentChart {
  readonly bars: readonly SegmentBar[]
  /** Where the axis ends, as a share. */
  readonly axis_max: number
  /** Shares with a line. */
  readonly ticks: readonly number[]
}

/** Steps of the axis, of which one gives four to six lines. */
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25]
const LINES_MAX = 5

/** @param total of the audience; null: the segments together */
export function segmentChart(segments: Audience['segments'], total: number | null): SegmentChart {
  const sizes = segments.map(({ size }) => size ?? null)
  const sum = sizes.reduce<number>((together, size) => together + (size ?? 0), 0)
  const whole = total === null || total < sum ? sum : total
  const bars = segments
    .map(({ segment_id, name, size = null, size_percentage = null }, at) => ({
      id: `${at} ${segment_id}`,
      name: name === null || name === undefined || name === '' ? `Segment ${segment_id}` : name,
      size,
      share:
        size !== null ? (whole === 0 ? null : size / whole) : size_percentage === null ? null : size_percentage / 100,
    }))
    .toSorted((one, other) => (other.share ?? -1) - (one.share ?? -1))
  const largest = Math.max(0, ...bars.map(({ share }) => share ?? 0))
  const step = STEPS.find((one) => Math.ceil(largest / one) <= LINES_MAX) ?? STEPS.at(-1)!
  const count = Math.max(1, Math.ceil(Math.round((largest / step) * 1e6) / 1e6))
  const ticks = Array.from({ length: count + 1 }, (_, at) => Math.round(at * step * 1000) / 1000)
  return { bars, axis_max: count * step, ticks }
}
