import { parentPort, workerData } from 'node:worker_threads'

import type { Failure } from './thread.ts'
import { WrongHistory } from './wrong-history.ts'

/** What the thread of `runSeeds` itself does. */
export async function runInThread(runHistory: (seed: number) => Promise<unknown>): Promise<void> {
  for (const seed of workerData as readonly number[]) {
    try {
      const history = await runHistory(seed)
      const reached =
        history instanceof Object && 'reached' in history ? [...(history.reached as ReadonlySet<string>)] : []
      parentPort!.postMessage(reached)
    } catch (error) {
      const story = error instanceof WrongHistory ? error.history.story : []
      parentPort!.postMessage({ seed, message: (error as Error).message, story } satisfies Failure)
      return
    }
  }
}
