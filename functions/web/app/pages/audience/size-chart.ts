/** The sizes of an audience over time, as bars from zero and as a table of the same numbers. Pure. */

/** As the service tells it; null: it was not known then. */
export interface SizesAtVersion {
  readonly version: number
  readonly at: string | null
  readonly total: number | null
  readonly segments:
    | readonly { readonly segment_id: string | number; readonly name: string | null; readonly size: number | null }[]
    | null
}

export interface SizeBar {
  readonly version: number
  readonly at: string | null
  readonly total: number | null
  /** Of those that are shown, in their order; null: not known then. */
  readonly segments: readonly (number | null)[]
  /** What other segments and the rest of the total come to. */
  readonly others: number
}

export interface SizeChart {
  /** The earliest first. */
  readonly bars: readonly SizeBar[]
  /** The largest now, first. */
  readonly segments: readonly { readonly id: string; readonly name: string }[]
}

const BARS_MAX = 24
/** As many as there are colours for. */
const SEGMENTS_MAX = 5

/** @param sizes the newest first */
export function sizeChart(sizes: readonly SizesAtVersion[]): SizeChart {
  const shown = sizes.slice(0, BARS_MAX)
  const named = new Map<string, { readonly id: string; readonly name: string; readonly size: number }>()
  for (const { segments } of shown) {
    for (const { segment_id, name, size } of segments ?? []) {
      const id = String(segment_id)
      // The newest that knows it says how large it is, and what it is called.
      if (!named.has(id)) named.set(id, { id, name: name || `Segment ${id}`, size: size ?? 0 })
    }
  }
  const largest = [...named.values()].toSorted((one, other) => other.size - one.size).slice(0, SEGMENTS_MAX)
  const bars = shown.toReversed().map(({ version, at, segments, ...told }) => {
    const total = told.total ?? together(segments)
    const known = new Map((segments ?? []).map(({ segment_id, size }) => [String(segment_id), size]))
    const own = largest.map(({ id }) => known.get(id) ?? null)
    const sum = own.reduce<number>((together, size) => together + (size ?? 0), 0)
    return { version, at, total, segments: own, others: Math.max(0, (total ?? 0) - sum) }
  })
  return { bars, segments: largest.map(({ id, name }) => ({ id, name })) }
}

/** The segments together, where nobody has said the total: as the size is shown elsewhere. */
function together(segments: SizesAtVersion['segments']): number | null {
  const sizes = (segments ?? []).map(({ size }) => size).filter((size) => size !== null)
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0)
}

/** "From 1,204 to 2,000 records, in 3 versions": what a bar cannot say to who does not see it. */
export function firstAndLast({ bars }: SizeChart): { readonly first: number; readonly last: number } | undefined {
  const known = bars.map(({ total }) => total).filter((total) => total !== null)
  const [first, last] = [known[0], known.at(-1)]
  return first === undefined || last === undefined ? undefined : { first, last }
}
