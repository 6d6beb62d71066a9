import { hash } from 'node:crypto'
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose'

import type { Clock } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { IssuerSettings } from '../../settings/edge-settings.ts'
import { endpointFault } from '../../settings/endpoints.ts'
import { issuerSpellings } from '../../settings/issuer-names.ts'
import { EXPIRED, type Identity, identityOf, invalidToken } from './identity.ts'
import { createKeySource, keysAway, type KeySet, type KeySource } from './key-source.ts'
import { LeastRecentlyUsed } from '../../base/lru.ts'

/** RFC 7519 lets a few minutes pass between clocks; one is enough for servers with NTP. */
const CLOCK_TOLERANCE_S = 60
const TOKEN_CHARACTERS_MAX = 8 * 1024
const VERIFIED_TOKENS_MAX = 2_000

export interface Authenticator {
  /**
   * The identity that the `Authorization` header proves.
   * @throws Problem `unauthenticated` with `WWW-Authenticate`, whatever is wrong with the token; `unavailable` when its
   * issuer's keys are unavailable or unusable
   */
  identify(authorization: string | undefined): Promise<Identity>
}

interface Options {
  issuers: readonly IssuerSettings[]
  /** An audience accepted besides the issuers' own; only operator routes honour it. */
  function_url: string | undefined
  user_hash_salt: string
  on_cloud: boolean
  clock: Clock
  onFault: (error: unknown) => void
}

interface TrustedIssuer {
  settings: IssuerSettings
  keys: KeySource
  /** Called for an unusable key, once for each revision of the key set. */
  onBadKey: (error: unknown, revision: number) => void
}

interface VerifiedToken {
  identity: Identity
  expires_s: number
  not_before_s: number
  issuer: TrustedIssuer
  revision: number
}

/**
 * Verifies OIDC ID tokens: signature by a key of the issuer and an algorithm on its list, issuer, audience, times with
 * 60 s of tolerance. A token that passed is remembered by its hash; its times are checked again on each use, and its
 * signature again once the issuer's keys have changed.
 */
export function createAuthenticator(options: Options): Authenticator {
  const { clock, function_url } = options
  const acceptsUrl = (url: string) => !options.on_cloud || endpointFault(url) === undefined
  const issuers = new Map<string, TrustedIssuer>()
  for (const settings of options.issuers) {
    const { issuer, jwks_url } = settings
    const keys = createKeySource({ issuer, jwks_url, clock, acceptsUrl, onFault: options.onFault })
    let told_revision = 0
    const onBadKey: TrustedIssuer['onBadKey'] = (error, revision) => {
      if (revision !== told_revision) options.onFault(error)
      told_revision = revision
    }
    for (const spelling of issuerSpellings(issuer)) issuers.set(spelling, { settings, keys, onBadKey })
  }
  const verified = new LeastRecentlyUsed<VerifiedToken>(VERIFIED_TOKENS_MAX)

  const verify = async (token: string): Promise<VerifiedToken> => {
    const issuer = issuers.get(claimedIssuer(token))
    if (issuer === undefined) throw invalidToken('its issuer (iss) is not trusted here')
    const { settings } = issuer
    const { payload, revision } = await verifySignature(token, issuer, {
      issuer: issuerSpellings(settings.issuer),
      audience: function_url === undefined ? settings.audiences : [...settings.audiences, function_url],
      algorithms: settings.algorithms,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(clock.nowMs()),
      requiredClaims: ['sub', 'exp'],
    })
    const identity = identityOf(payload, settings, options.user_hash_salt)
    return { identity, expires_s: payload.exp as number, not_before_s: payload.nbf ?? 0, issuer, revision }
  }

  return {
    async identify(authorization) {
      const token = bearerToken(authorization)
      const key = hash('sha256', token, 'base64')
      const known = verified.get(key)
      if (known !== undefined) {
        const { revision } = await known.issuer.keys.current()
        if (revision === known.revision && isInTime(known, clock.nowMs())) return known.identity
        verified.delete(key)
      }
      const fresh = await verify(token)
      verified.set(key, fresh)
      return fresh.identity
    },
  }
}

/** As jose decides it: in whole seconds, with the tolerance on both sides. */
function isInTime({ expires_s, not_before_s }: VerifiedToken, now_ms: number): boolean {
  const now_s = Math.floor(now_ms / 1000)
  return expires_s > now_s - CLOCK_TOLERANCE_S && not_before_s <= now_s + CLOCK_TOLERANCE_S
}

type VerifyOptions = NonNullable<Parameters<typeof jwtVerify>[2]>
type Verified = { payload: JWTPayload; revision: number }

async function verifySignature(token: string, issuer: TrustedIssuer, options: VerifyOptions): Promise<Verified> {
  const first = await issuer.keys.current()
  try {
    return await verifyWith(token, first, options)
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw tokenFault(error, issuer, first)
  }
  const later = await issuer.keys.afterUnknownKey()
  try {
    return await verifyWith(token, later, options)
  } catch (error) {
    throw tokenFault(error, issuer, later)
  }
}

async function verifyWith(token: string, { find, revision }: KeySet, options: VerifyOptions): Promise<Verified> {
  try {
    const { payload } = await jwtVerify(token, find, options)
    return { payload, revision }
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    // A token without a key id fits several keys: one of them has to have signed it.
    for await (const key of error) {
      try {
        const { payload } = await jwtVerify(token, key, options)
        return { payload, revision }
      } catch (attempt) {
        if (!(attempt instanceof errors.JWSSignatureVerificationFailed)) throw attempt
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}

/** jose's own errors describe a fault of the token. Any other error means that the issuer's key for it is unusable. */
function tokenFault(error: unknown, { onBadKey }: TrustedIssuer, { revision }: KeySet): Problem {
  if (error instanceof errors.JOSEError) return invalidToken(reasonOf(error), error)
  onBadKey(error, revision)
  return keysAway(error)
}

/**
 * What is wrong with the token, in words for its holder: of its claims and its signature, never of the settings here.
 */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return EXPIRED
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'its audience (aud) is another one'
    if (error.claim === 'nbf') return 'it is not valid yet (nbf)'
    return `its claim ${error.claim} ${error.reason === 'missing' ? 'is missing' : 'is not accepted'}`
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm (alg) is not accepted'
  if (error instanceof errors.JWKSNoMatchingKey) return 'its issuer publishes no key that could have signed it'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is not that of its issuer'
  return 'it is not a JWT that is signed in a way known here'
}

function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined || authorization.trim() === '') {
    throw new Problem('unauthenticated', 'Send a token as Authorization: Bearer <OIDC ID token>', {
      headers: { 'WWW-Authenticate': 'Bearer realm="activation-manager"' },
    })
  }
  const token = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1]
  if (token === undefined) throw invalidToken('Authorization is not the word Bearer and one token')
  if (token.length > TOKEN_CHARACTERS_MAX) throw invalidToken(`it is longer than ${TOKEN_CHARACTERS_MAX} characters`)
  return token
}

function claimedIssuer(token: string): string {
  try {
    return String(decodeJwt(token).iss)
  } catch (cause) {
    throw invalidToken('it is not a JWT', cause)
  }
}
