import type { JWTPayload } from 'jose'

import { Problem } from '../../base/problem.ts'
import type { Route } from '../../contract/route.ts'
import type { Caller } from '../call.ts'
import type { IssuerSettings } from '../../settings/edge-settings.ts'
import { hashUserId } from '../../logging/user-hash.ts'

/** The bearer of a verified token. */
export interface Identity extends Caller {
  /**
   * The verified email as the settings name it: that of an issuer with an alias after `<alias>:`, so that no issuer can
   * give the rights of an account of another one.
   */
  account: string | undefined
  /** For log lines, where the user id itself must not be. */
  user_hash: string
  /** A Google service account, or another client that speaks for itself and for no person. */
  is_service_account: boolean
  /** `aud`, as a list. */
  audiences: readonly string[]
  /** Whether `aud` names one of the issuer's audiences, so that the token may be used on user routes. */
  is_for_users: boolean
}

const SUBJECT_BYTES_MAX = 255
// eslint-disable-next-line no-control-regex -- these characters are refused
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/

/** @throws Problem `unauthenticated` for a subject that cannot be a user id */
export function identityOf(claims: JWTPayload, settings: IssuerSettings, user_hash_salt: string): Identity {
  const subject = subjectOf(claims.sub)
  const user_id = userIdOf(subject, settings.alias)
  const email = claims['email_verified'] === true ? claims['email'] : undefined
  const audiences = claims.aud === undefined ? [] : [claims.aud].flat()
  return {
    user_id,
    own_names: settings.alias === undefined ? [user_id, subject] : [user_id],
    email: typeof email === 'string' ? email : undefined,
    account: typeof email === 'string' ? accountOf(email, settings.alias) : undefined,
    user_hash: hashUserId(user_id, user_hash_salt),
    is_service_account: isServiceAccount(claims),
    audiences,
    is_for_users: audiences.some((audience) => settings.audiences.includes(audience)),
  }
}

/** Begins the ids of workspaces, which share the folders with the users. */
const WORKSPACE_PREFIX = 'ws_'

/** @throws Problem `unauthenticated` */
function subjectOf(subject: unknown): string {
  if (typeof subject !== 'string' || subject === '') throw invalidToken('it has no subject (sub)')
  if (Buffer.byteLength(subject) > SUBJECT_BYTES_MAX) {
    throw invalidToken(`its subject (sub) is longer than ${SUBJECT_BYTES_MAX} bytes`)
  }
  if (CONTROL_CHARACTER.test(subject) || !subject.isWellFormed()) {
    throw invalidToken('its subject (sub) is not plain text')
  }
  if (subject.startsWith(WORKSPACE_PREFIX)) {
    throw invalidToken(`its subject (sub) begins with ${WORKSPACE_PREFIX}, which is reserved`)
  }
  return subject
}

/**
 * The subject itself; that of an issuer with an alias after `<alias>:`. A subject of the primary issuer that has a colon
 * itself (Keycloak's `f:…`, DIDs) goes after a colon alone: no alias is empty, so that no two users can meet.
 */
function userIdOf(subject: string, alias: string | undefined): string {
  if (alias !== undefined) return `${alias}:${subject}`
  return subject.includes(':') ? `:${subject}` : subject
}

/** An email with a colon is nobody's account: before it could stand what another issuer's alias is. */
function accountOf(email: string, alias: string | undefined): string | undefined {
  if (email.includes(':')) return undefined
  return alias === undefined ? email : `${alias}:${email}`
}

/**
 * Google's service accounts have their address in `email` and `azp`, or, in a token made without it, their own id in
 * `azp`; a person's token has the app's client id there.
 */
function isServiceAccount({ sub, email, azp }: JWTPayload & { email?: unknown; azp?: unknown }): boolean {
  const isMachine = (value: unknown) =>
    typeof value === 'string' && value.toLowerCase().endsWith('.gserviceaccount.com')
  return isMachine(email) || isMachine(azp) || azp === sub
}

/** Accounts are emails of the primary issuer, and `<alias>:<email>` of another. */
export interface AccessPolicy {
  operator_accounts: readonly string[]
  smoke_accounts: readonly string[]
  function_url: string | undefined
}

/**
 * Whether `identity` may use a route of this access.
 * @throws Problem `forbidden`; `unauthenticated` for a token that was issued for something else
 */
export function authorize(identity: Identity, access: Exclude<Route['access'], 'public'>, policy: AccessPolicy): void {
  const { account, audiences, is_service_account } = identity
  if (access === 'operator') {
    const is_for_here = audiences.length === 1 && audiences[0] === policy.function_url
    if (account === undefined || !policy.operator_accounts.includes(account) || !is_for_here) {
      throw new Problem('forbidden', 'Only operators may call this route, with a token issued for this function.')
    }
    return
  }
  if (!identity.is_for_users) throw invalidToken('its audience (aud) is that of operator routes')
  if (is_service_account && (account === undefined || !policy.smoke_accounts.includes(account))) {
    throw new Problem('forbidden', 'Service accounts cannot own data in this service.')
  }
}

export const EXPIRED = 'The token has expired'

/**
 * RFC 6750 section 3: why a token is not accepted, for the person who sent it.
 * @param reason follows `The token is not valid for this service: `, or is `EXPIRED`. It says nothing of the token's
 * values nor of the settings, and has neither quotes nor anything beyond ASCII, as the header wants it
 */
export function invalidToken(reason: string, cause?: unknown): Problem {
  const detail = reason === EXPIRED ? EXPIRED : `The token is not valid for this service: ${reason}`
  return new Problem('unauthenticated', detail, {
    headers: {
      'WWW-Authenticate': `Bearer realm="activation-manager", error="invalid_token", error_description="${detail}"`,
    },
    cause: new Error(reason, cause === undefined ? undefined : { cause }),
  })
}
