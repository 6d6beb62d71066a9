/** Percentiles and how they are printed; benchmarks print, they assert nothing about time. */
export interface Figures {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

export function figuresOf(durations_ms: readonly number[]): Figures {
  const sorted = durations_ms.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
}

/** Durations of `runs` calls, one after another. */
export async function timed(runs: number, call: (run: number) => Promise<unknown>): Promise<number[]> {
  const durations_ms: number[] = []
  for (let run = 0; run < runs; run++) {
    const start_ms = performance.now()
    await call(run)
    durations_ms.push(performance.now() - start_ms)
  }
  return durations_ms
}

export function printRow(what: string, cells: readonly string[]): void {
  console.log(what.padEnd(44) + cells.map((cell) => cell.padStart(16)).join(''))
}

export function ms(duration_ms: number): string {
  return `${duration_ms.toFixed(1)} ms`
}

export function seconds(duration_ms: number): string {
  return `${(duration_ms / 1000).toFixed(2)} s`
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`
}
