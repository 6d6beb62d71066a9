import { type Grant, isGrantedBy } from './grants.ts'
import { fullName, type Place, type ShortName } from './resources.ts'
import type { Use } from './use.ts'

/** Below a folder, the name of some object in it. */
const SOME_OBJECT = 'some object'

export interface Judged {
  readonly uses: readonly Use[]
  readonly grants: readonly Grant[]
  readonly place: Place
  /** The smoke user's folder, where the table says `user_id=SMOKE`. */
  readonly smoke_user: string
}

/**
 * What is wrong with the grants: something that is done and not granted, and something granted that nothing does. Each is
 * a sentence that says what to do.
 */
export function faultsOf(judged: Judged): string[] {
  return [...missing(judged), ...superfluous(judged)]
}

function missing({ uses, grants, ...names }: Judged): string[] {
  return uses.flatMap(({ who, what, permissions, on, grant }) => {
    const own = grants.filter(({ principal, address }) => principal === who && withoutKey(address) === grant)
    const lacking = permissions.flatMap((permission) =>
      on.flatMap((resource) =>
        own.some((one) => isGrantedBy(one, permission, nameOf(resource, names)))
          ? []
          : [`${permission} on ${resource}`],
      ),
    )
    if (lacking.length === 0) return []
    return [`${who} (${what}) has no ${lacking.join(', no ')} from ${grant}. Grant it in terraform/, or do without it.`]
  })
}

function superfluous({ uses, grants, ...names }: Judged): string[] {
  return grants.flatMap((grant) => {
    const { address, principal, role, is_custom_role, permissions, prefixes } = grant
    const used = uses
      .filter(({ who, grant: named }) => who === principal && named === withoutKey(address))
      .flatMap((use) => use.permissions.flatMap((name) => use.on.map((on) => ({ name, on: nameOf(on, names) }))))
      .filter(({ name, on }) => isGrantedBy(grant, name, on))
    const advice = 'Take it away in terraform/, or say in infra/rights/uses what does.'
    if (used.length === 0) return [`Nothing uses ${role} of ${principal} (${address}). ${advice}`]
    const unused_permissions = is_custom_role
      ? [...permissions].filter((permission) => used.every(({ name }) => name !== permission))
      : []
    const unused_prefixes = (prefixes ?? []).filter((prefix) => used.every(({ on }) => !on.startsWith(prefix)))
    return [...unused_permissions, ...unused_prefixes].map(
      (what) => `Nothing uses ${what} of ${principal} (${address}). ${advice}`,
    )
  })
}

function nameOf(short: ShortName, { place, smoke_user }: Pick<Judged, 'place' | 'smoke_user'>): string {
  const name = fullName(short.replace('user_id=SMOKE', `user_id=${smoke_user}`), place)
  return name.endsWith('/') ? `${name}${SOME_OBJECT}` : name
}

/** `google_storage_bucket_iam_member.function["audiences reads"]` is one of `google_storage_bucket_iam_member.function`. */
function withoutKey(address: string): string {
  return address.replace(/\[.*\]$/, '')
}
