import type { IncomingMessage } from 'node:http'

import { Problem } from '../../base/problem.ts'
import type { Answer } from '../call.ts'

const EXPOSED = 'ETag, Retry-After, Idempotency-Replayed, Content-Disposition, X-Request-Id, Date'
const ALLOWED_HEADERS = 'Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key'
/** The longest that Chromium keeps a preflight. */
const PREFLIGHT_AGE_S = 7200

/**
 * Cross-origin reading for an exact list of origins, without credentials (tokens travel in `Authorization`).
 * Source: https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function createCors(allowed_origins: readonly string[]) {
  const allowed = new Set(allowed_origins)
  const allows = (origin: string | undefined): origin is string => origin !== undefined && allowed.has(origin)

  return {
    /** The headers that let an allowed origin read the answer to `request`; none for any other origin. */
    headersFor(request: IncomingMessage): Readonly<Record<string, string>> {
      const { origin } = request.headers
      return allows(origin) ? { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED } : {}
    },

    /**
     * The answer to OPTIONS on a path with `methods`: a preflight's permission, or plainly what is allowed here.
     * @throws Problem `forbidden` when the preflight comes from an origin that is not on the list
     */
    answerOptions(request: IncomingMessage, methods: string): Answer {
      const { origin } = request.headers
      if (origin === undefined || request.headers['access-control-request-method'] === undefined) {
        return { status: 204, headers: { Allow: methods } }
      }
      if (!allows(origin)) throw new Problem('forbidden', 'This origin may not call this API.')
      return {
        status: 204,
        headers: {
          'Access-Control-Allow-Methods': methods,
          'Access-Control-Allow-Headers': ALLOWED_HEADERS,
          'Access-Control-Max-Age': String(PREFLIGHT_AGE_S),
          Vary: 'Authorization, Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
        },
      }
    },
  }
}
