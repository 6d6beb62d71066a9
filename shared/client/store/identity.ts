import type { Identity } from './entries.ts'

export function isSameIdentity(a: Identity | null, b: Identity | null): boolean {
  if (!a || !b) return a === b
  return a.issuer === b.issuer && a.user_id === b.user_id && a.owner === b.owner
}
