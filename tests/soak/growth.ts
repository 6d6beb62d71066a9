/** Whether what is measured of an instance again and again has stopped growing. */

export interface Sample {
  readonly rss_mib: number
  /** Open files and connections. */
  readonly fds: number
}

/** What an instance of 512 MiB has. */
const MEMORY_MIB_MAX = 512
/** What a heap and its allocator may differ by from one minute to another. */
const MEMORY_MIB_SLACK = 48
/** Connections that are kept for the next request. */
const FDS_SLACK = 32

export interface Growth {
  /** Medians of the second and of the last quarter: in the first one caches and code fill. */
  readonly rss_mib: readonly [early: number, late: number]
  readonly fds: readonly [early: number, late: number]
  readonly peak_mib: number
  readonly faults: readonly string[]
}

/** @throws Error for fewer than eight samples, which say nothing */
export function growthOf(name: string, samples: readonly Sample[]): Growth {
  if (samples.length < 8) throw new Error(`${name} was measured ${samples.length} times`)
  const quarter = Math.floor(samples.length / 4)
  const early = samples.slice(quarter, 2 * quarter)
  const late = samples.slice(-quarter)
  const pairOf = (of: (sample: Sample) => number) => [median(early.map(of)), median(late.map(of))] as const
  const rss_mib = pairOf((sample) => sample.rss_mib)
  const fds = pairOf((sample) => sample.fds)
  const peak_mib = Math.max(...samples.map((sample) => sample.rss_mib))
  const faults: string[] = []
  if (rss_mib[1] > rss_mib[0] + MEMORY_MIB_SLACK) faults.push(`${name} grew from ${rss_mib[0]} to ${rss_mib[1]} MiB`)
  if (peak_mib > MEMORY_MIB_MAX) faults.push(`${name} took ${peak_mib} of ${MEMORY_MIB_MAX} MiB`)
  if (fds[1] > fds[0] + FDS_SLACK) faults.push(`${name} opened ever more files: ${fds[0]}, then ${fds[1]}`)
  return { rss_mib, fds, peak_mib, faults }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
