import { StorageError } from '../storage.ts'
import type { LocalStore } from './local-store.ts'

/**
 * Some room in each storage that is kept for deletions: a storage that is full to the last byte would refuse to note even
 * what is to be deleted. It lies in the storage's own database: Chromium gives a deleted value back immediately on a disk, and in
 * a private window, which lies in memory, not even a deleted database.
 */

/** A browser may let more be written than there is room for, and then wants that back first. */
const CHARACTERS = 128 * 1024

/** Keeps the reserve, where it is not there or was given up. What does not find room now does at the next start. */
export async function keepReserve(store: LocalStore): Promise<void> {
  await store.write([], (changes) => changes.keepReserve(fullText)).catch(() => undefined)
}

/** Does work that needs little room; where there is none, the reserve is given up for it, and what can be fetched again. */
export async function withReserve<Result>(store: LocalStore, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof StorageError) || error.kind !== 'full') throw error
    // By itself: within one transaction a browser counts what is written, and not what is deleted.
    await store.write(['details'], (changes) => Promise.resolve(changes.giveRoom()))
    return await work()
  }
}

/** Browsers that compress what they keep cannot make it smaller. */
function fullText(): string {
  const codes = new Uint8Array(CHARACTERS)
  let state = 1
  for (let at = 0; at < CHARACTERS; at++) {
    state = Math.imul(state, 48_271)
    // The higher half: the lower bits of such a number repeat soon.
    codes[at] = 33 + ((state >>> 16) % 94)
  }
  return new TextDecoder().decode(codes)
}
