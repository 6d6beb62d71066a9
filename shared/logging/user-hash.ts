import { createHmac } from 'node:crypto'

import { LeastRecentlyUsed } from '../base/lru.ts'

/**
 * The name of a user in logs: 16 bytes of HMAC-SHA-256 under the environment's `USER_HASH_SALT`, as hex. A user has
 * the same hash in every function. Without the salt nobody can reverse it or test candidate user ids.
 */
export function hashUserId(user_id: string, salt: string): string {
  return createHmac('sha256', salt).update(user_id).digest('hex').slice(0, 32)
}

const USERS_REMEMBERED = 1000

/** `hashUserId` under one salt, of the users of the last requests without computing it again: each commit has a line that names its user. */
export function createUserHasher(salt: string): (user_id: string) => string {
  const known = new LeastRecentlyUsed<string>(USERS_REMEMBERED)
  return (user_id) => {
    const hash = known.get(user_id) ?? hashUserId(user_id, salt)
    known.set(user_id, hash)
    return hash
  }
}
