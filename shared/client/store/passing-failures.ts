import { fullJitterMs } from '../../base/backoff.ts'
import type { ClientPorts } from '../ports.ts'
import { StorageError } from '../storage.ts'

const ATTEMPTS_MAX = 5
const BACKOFF = { base_ms: 50, cap_ms: 1000 }

/**
 * Does `work` on a storage, again where it is unavailable: a browser that clears the data also closes the connections that
 * are opened meanwhile.
 * @throws StorageError when it stays so, or another
 */
export async function throughPassingFailures<Result>(
  work: () => Promise<Result>,
  { clock, random }: Pick<ClientPorts, 'clock' | 'random'>,
): Promise<Result> {
  for (let count = 1; ; count++) {
    try {
      return await work()
    } catch (error) {
      const is_passing = error instanceof StorageError && error.kind === 'unavailable'
      if (!is_passing || count === ATTEMPTS_MAX) throw error
      await clock.sleep(fullJitterMs(count, BACKOFF, random))
    }
  }
}
