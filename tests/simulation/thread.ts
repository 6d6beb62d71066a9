import { Worker } from 'node:worker_threads'

export interface Failure {
  readonly seed: number
  readonly message: string
  /** What happened when, in words. */
  readonly story: readonly string[]
}

/** Histories take processor time and nothing else; a test that runs fifty waits for a busy machine too. */
export const PATIENCE_MS = 120_000

/**
 * Runs the histories of `seeds` on code of `buildSimulation`, in a thread of its own, until one of them is wrong.
 * @param onReached called with what came about in each history
 */
export async function runSeeds(
  code: string,
  seeds: readonly number[],
  onReached: (reached: readonly string[]) => void = () => undefined,
): Promise<Failure | undefined> {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData: seeds })
  return await new Promise((resolve, reject) => {
    let done = 0
    worker.on('message', (message: Failure | readonly string[]) => {
      if ('seed' in message) return resolve(message)
      done++
      onReached(message)
    })
    worker.on('error', reject)
    worker.on('exit', () => {
      if (done === seeds.length) resolve(undefined)
      else reject(new Error(`the thread ended after ${done} of ${seeds.length} histories`))
    })
  })
}

/** Consecutive seeds. */
export function seedsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => first + at)
}
