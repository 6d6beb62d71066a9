import * as z from 'zod/mini'

import { keep, kept } from '../base/kept.ts'

/** Who signed in on this device last, as the page shows it. Without one the page is a guest's. */
export interface AccountFacts {
  readonly issuer: string
  readonly user_id: string
  readonly email: string
}

const KEPT = 'account'
const KEPT_GUEST = 'guest'

const accountFacts = z.object({ issuer: z.string(), user_id: z.string(), email: z.string() })

/** @param issuer of the service now; without one the account may be of any, before the service has said which it is */
export function keptAccount(issuer?: string): AccountFacts | null {
  try {
    const result = z.safeParse(accountFacts, JSON.parse(kept(KEPT) ?? 'null'))
    return result.success && (issuer === undefined || result.data.issuer === issuer) ? result.data : null
  } catch {
    return null
  }
}

/** @param account null: somebody went on as a guest */
export function keepAccount(account: AccountFacts | null): void {
  keep(KEPT, account && JSON.stringify(account))
  keep(KEPT_GUEST, account ? null : 'yes')
}

/** Nobody has said yet whether they sign in: the first page asks. */
export function isUndecided(): boolean {
  return kept(KEPT) === null && kept(KEPT_GUEST) === null
}
