import { createHmac } from 'node:crypto'

/**
 * What logs know a user by: 16 bytes of HMAC-SHA-256 under the environment's `USER_HASH_SALT`, as hex. The same user has
 * the same hash in every function; without the salt nobody can go back, or try out user ids.
 */
export function hashUserId(user_id: string, salt: string): string {
  return createHmac('sha256', salt).update(user_id).digest('hex').slice(0, 32)
}
