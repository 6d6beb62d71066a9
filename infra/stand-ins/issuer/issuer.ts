import { importJWK, SignJWT } from 'jose'
import type { IncomingMessage, RequestListener } from 'node:http'
import { join } from 'node:path'
import * as z from 'zod'

import { type Clock, systemClock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import { ALLOWED_HEADERS } from '#shared/http/response/cors.ts'
import { type Answer, localJson, localProblem, noContent, pathOf, send } from '../kit/answers.ts'
import { readBody } from '../kit/body.ts'
import { failureMessage } from '../kit/refusal.ts'
import { ALGORITHM, keptKey } from './kept-key.ts'

/**
 * The local runtime's OpenID provider: it signs an ID token for anyone. Functions trust it by their settings
 * alone, through the same code that checks a real provider's tokens; with K_SERVICE set they refuse such a setting.
 */
export interface LocalIssuer {
  /** `iss` of its tokens. */
  readonly issuer: string
  /** Answers TOKEN_PATH, JWKS_PATH and DISCOVERY_PATH; 404 otherwise. */
  readonly listener: RequestListener
  /** An ID token of one hour; `claims` are added to the standard ones, or replace them. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>
}

export interface LocalIssuerOptions {
  /** The key lies here, in `issuer/key.json`, so that tokens outlive a restart. */
  data_dir: string
  /** `iss`; where discovery is to be found, if anyone is to find it. */
  issuer: string
  audience: string
  clock?: Clock
}

export const TOKEN_PATH = '/local/token'
/** Path of the local runtime's `iss`: below it, too, discovery is answered. */
export const ISSUER_PATH = '/local/issuer'
export const JWKS_PATH = `${ISSUER_PATH}/jwks.json`
export const DISCOVERY_PATH = '/.well-known/openid-configuration'

/** What OpenID discovery asks for besides issuer and keys, as far as it means anything here. */
const DISCOVERED = {
  id_token_signing_alg_values_supported: [ALGORITHM],
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
}

const TOKEN_DURATION_S = 3600
const BODY_BYTES_MAX = 16 * 1024

const tokenRequest = z.strictObject({
  user_id: z.string().min(1),
  email: z.email().optional(),
  name: z.string().optional(),
  /** For operator routes: the function's own URL. */
  audience: z.string().optional(),
})

export async function createLocalIssuer(options: LocalIssuerOptions): Promise<LocalIssuer> {
  const { issuer, audience, clock = systemClock } = options
  const private_jwk = await keptKey(join(options.data_dir, 'issuer'))
  const { kty, n, e, kid } = private_jwk
  const jwks = { keys: [{ kty, n, e, kid, alg: ALGORITHM, use: 'sig' }] }
  const key = await importJWK(private_jwk, ALGORITHM)

  const sign = (claims: Readonly<Record<string, unknown>>) => {
    const now_s = Math.floor(clock.nowMs() / 1000)
    const standard = { iss: issuer, aud: audience, iat: now_s, exp: now_s + TOKEN_DURATION_S }
    return new SignJWT({ ...standard, ...claims }).setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' }).sign(key)
  }

  const tokenAnswer = async (request: IncomingMessage): Promise<Answer> => {
    const cors = corsOf(request)
    if (request.method === 'OPTIONS') return noContent(cors)
    if (request.method !== 'POST') {
      const headers = { Allow: 'POST, OPTIONS' }
      return localProblem(new Problem('method-not-allowed', 'POST {"user_id": "demo_user"}', { headers }))
    }
    const parsed = tokenRequest.safeParse(await readJson(request))
    if (!parsed.success || !isLoopback(`http://${request.headers.host}`)) {
      const detail = 'Ask on this machine, with {"user_id": "demo_user", "email"?, "name"?} as JSON'
      return localProblem(new Problem('invalid-input', detail))
    }
    const { user_id, email, name, audience: aud = audience } = parsed.data
    const email_claims = email === undefined ? {} : { email, email_verified: true }
    const id_token = await sign({ sub: user_id, aud, ...(name !== undefined && { name }), ...email_claims })
    return localJson({ success: true, id_token }, cors)
  }

  const answerOf = async (request: IncomingMessage): Promise<Answer> => {
    switch (pathOf(request)) {
      case TOKEN_PATH:
        return tokenAnswer(request)
      case JWKS_PATH:
        return localJson(jwks)
      case DISCOVERY_PATH:
      case `${ISSUER_PATH}${DISCOVERY_PATH}`: {
        // By the name it was asked by: on another port, or through a forwarded one, the keys are where the asker is.
        const jwks_uri = `http://${hostOf(request)}${JWKS_PATH}`
        return localJson({ issuer, jwks_uri, ...DISCOVERED })
      }
      default:
        return localProblem(new Problem('not-found', 'There is nothing at this path'))
    }
  }

  return {
    issuer,
    sign,
    listener: (request, response) => {
      const answered = answerOf(request).then((answer) => send(response, answer))
      void answered.catch((error: unknown) => {
        process.stderr.write(`local issuer: ${failureMessage(error)}\n`)
        response.destroy()
      })
    },
  }
}

/** Host and port as the request names them; a client older than HTTP/1.1 names none. */
function hostOf({ headers: { host = '' }, socket }: IncomingMessage): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).host : `127.0.0.1:${socket.localPort}`
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readBody(request, BODY_BYTES_MAX)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Pages on this machine, such as the app's development server, may ask for tokens; other sites' pages may not. */
function corsOf(request: IncomingMessage): Record<string, string> {
  const { origin } = request.headers
  if (origin === undefined || !isLoopback(origin)) return {}
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Headers': ALLOWED_HEADERS, Vary: 'Origin' }
}

/** A page elsewhere that makes its own name resolve to this machine still calls it by its own name. */
function isLoopback(address: string): boolean {
  const host = URL.canParse(address) ? new URL(address).hostname : ''
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
