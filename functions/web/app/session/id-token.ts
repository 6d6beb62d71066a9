import { claimsOf } from '#shared/client/store/server-of.ts'
import { clock } from '../base/ports.ts'
import type { AccountFacts } from './account.ts'

/** A token that ends so soon is not sent any more. */
const SPARE_MS = 30_000
const KEPT = 'am.id_token'

/** Who a token is of. The service checks it; the page only shows it. @throws Error when it names nobody */
export function accountOf(id_token: string, issuer: string): AccountFacts {
  const { sub, email } = claimsOf(id_token)
  if (typeof sub !== 'string' || sub === '') throw new Error('The sign-in did not say who signed in.')
  return { issuer, user_id: sub, email: typeof email === 'string' ? email : sub }
}

/** Kept for this tab alone, so that a reload needs no new sign-in. */
export function keepToken(id_token: string | null): void {
  try {
    if (id_token === null) sessionStorage.removeItem(KEPT)
    else sessionStorage.setItem(KEPT, id_token)
  } catch {
    // Without storage the tab signs in again after a reload.
  }
}

export function keptToken(): string | undefined {
  try {
    return sessionStorage.getItem(KEPT) ?? undefined
  } catch {
    return undefined
  }
}

export function isFresh(id_token: string): boolean {
  const { exp } = claimsOf(id_token)
  return typeof exp === 'number' && exp * 1000 > clock.nowMs() + SPARE_MS
}
