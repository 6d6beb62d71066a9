import type { IncomingHttpHeaders } from 'node:http'

import { behaviourOf, type Behaviour } from './behaviours.ts'

/** One request to a platform, as its part of the stand-in sees it. */
export interface Exchange {
  method: string
  /** Below the platform's prefix, still encoded: `/v3/crmdata/segment/abc`. */
  path: string
  /** Path with the platform's prefix and query, as they were sent: a signature covers both. */
  target: string
  query: Readonly<Record<string, string>>
  headers: IncomingHttpHeaders
  body: string
}

export interface Reply {
  status: number
  /** Sent as JSON; a text is sent as it is, as XML. */
  body: unknown
  headers?: Readonly<Record<string, string>>
}

/** How one platform answers. */
export interface PlatformStandIn {
  /** How the secret of this request wants it to behave; `undefined` where the platform has no such secret. */
  behaviour(exchange: Exchange): Behaviour | undefined
  /** The answer to credentials that are good; also every answer about accounts. */
  answer(exchange: Exchange): Reply | Promise<Reply>
  badToken(exchange: Exchange): Reply
  rateLimited(exchange: Exchange): Reply
  /** A success with far too much in it; without it: a text of some megabytes. */
  huge?(exchange: Exchange): Reply
}

export const NOT_FOUND: Reply = { status: 404, body: { message: 'nothing at this path' } }

export function header({ headers }: Exchange, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

/** The secret of `Authorization: Bearer …`. */
export function bearer(exchange: Exchange): string {
  return /^Bearer (.+)$/.exec(header(exchange, 'authorization'))?.[1] ?? ''
}

/**
 * The answer to a refresh token (RFC 6749): an access token that goes on behaving as the refresh token asked.
 */
export function refreshReply({ method, headers, body }: Exchange): Reply {
  const form = new URLSearchParams(body)
  const well_formed =
    method === 'POST' &&
    headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true &&
    form.get('grant_type') === 'refresh_token' &&
    form.get('client_id') !== null
  if (!well_formed) return { status: 400, body: { error: 'invalid_request' } }
  if (behaviourOf(form.get('client_secret') ?? '') === 'bad-token') {
    return { status: 401, body: { error: 'invalid_client', error_description: 'Client authentication failed' } }
  }
  const behaviour = behaviourOf(form.get('refresh_token') ?? '')
  if (behaviour === 'bad-token') {
    return { status: 400, body: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' } }
  }
  return { status: 200, body: { access_token: `${behaviour}-access`, expires_in: 3600, token_type: 'Bearer' } }
}
