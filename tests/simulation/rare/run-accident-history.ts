import { restorations } from '#shared/table/recovery/restore.ts'
import { isReadable } from '../readable.ts'
import { runRestoreHistory, type Accidents } from '../run-restore-history.ts'
import { Follower } from './follower.ts'
import { replaceNowAndThen } from './replacer.ts'

/**
 * A history in which objects are restored, and also replaced because they cannot be read, while somebody follows them.
 * @returns how many notes were restored
 */
export async function runAccidentHistory(seed: number): Promise<number> {
  let followers: readonly Follower[] = []
  const accidents: Accidents = {
    happen: async ({ history, fleet, random, users }) => {
      followers = users.map((user_id) => new Follower({ user_id, history, fleet, random }))
      const [replaced] = await Promise.all([
        replaceNowAndThen(history, random, users),
        ...followers.map((follower) => follower.live()),
      ])
      return replaced
    },
    check: async ({ history }, table) => {
      const { store } = history
      // What was never put back cannot be followed.
      if (store.names().some((name) => name.startsWith('notes/') && !isReadable(name, store.bytesOf(name)!))) return
      for (const follower of followers) await follower.rest(table)
    },
  }
  return await runRestoreHistory(seed, restorations, accidents)
}
