import predefined from './predefined-roles.json' with { type: 'json' }

/**
 * The permissions of Google's predefined roles: facts, copied for the roles that `terraform/` grants and for no others.
 * `predefined-roles.json` names their source and date; within a role they lie by resource type, as
 * `"storage.objects": "create get"`.
 */
const BY_ROLE: Readonly<Record<string, Readonly<Record<string, string>>>> = predefined.roles

export const KNOWN_ROLES: readonly string[] = Object.keys(BY_ROLE)

/** @returns undefined for a role whose permissions are not known here */
export function permissionsOfRole(role: string): readonly string[] | undefined {
  const by_type = BY_ROLE[role]
  if (by_type === undefined) return undefined
  return Object.entries(by_type).flatMap(([type, verbs]) => verbs.split(' ').map((verb) => `${type}.${verb}`))
}
