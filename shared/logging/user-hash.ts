import { createHmac } from 'node:crypto'

/**
 * The name of a user in logs: 16 bytes of HMAC-SHA-256 under the environment's `USER_HASH_SALT`, as hex. A user has
 * the same hash in every function. Without the salt nobody can reverse it or test candidate user ids.
 */
export function hashUserId(user_id: string, salt: string): string {
  return createHmac('sha256', salt).update(user_id).digest('hex').slice(0, 32)
}
