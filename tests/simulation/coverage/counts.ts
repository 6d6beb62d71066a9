import type { Profiler } from 'node:inspector'

/** How often the source at an offset has run, by the innermost of V8's ranges around it. */
export function countsOf(functions: readonly Profiler.FunctionCoverage[]): (offset: number) => number {
  const ranges = functions.flatMap((one) => one.ranges)
  return (offset) => {
    let innermost: Profiler.CoverageRange | undefined
    for (const range of ranges) {
      if (range.startOffset > offset || range.endOffset <= offset) continue
      if (!innermost || sizeOf(range) <= sizeOf(innermost)) innermost = range
    }
    return innermost?.count ?? 0
  }
}

function sizeOf({ startOffset, endOffset }: Profiler.CoverageRange): number {
  return endOffset - startOffset
}
