import type { IncomingMessage } from 'node:http'

import { Problem } from '../../base/problem.ts'
import type { Answer } from '../call.ts'

const EXPOSED = 'ETag, Retry-After, Idempotency-Replayed, Content-Disposition, X-Request-Id, Date'

/**
 * What monitoring adds to the requests of a page. A browser sends nothing at all when one of them is refused, so that a
 * page with a tracer could not call the API. Nothing here decides by them; some of them name requests in the log. Sources: W3C Trace Context and Baggage, and the propagation formats of the vendors.
 */
const TRACING_HEADERS = {
  w3c: 'traceparent, tracestate, baggage',
  sentry: 'sentry-trace',
  zipkin: 'b3, X-B3-TraceId, X-B3-SpanId, X-B3-ParentSpanId, X-B3-Sampled, X-B3-Flags',
  jaeger: 'uber-trace-id',
  datadog: 'X-Datadog-Trace-Id, X-Datadog-Parent-Id, X-Datadog-Origin, X-Datadog-Sampling-Priority, X-Datadog-Tags',
  new_relic: 'newrelic',
  elastic: 'elastic-apm-traceparent',
  application_insights: 'Request-Id, Request-Context',
  aws: 'X-Amzn-Trace-Id',
  google: 'X-Cloud-Trace-Context',
  any: 'X-Correlation-Id, X-Request-Id',
}

/** Headers that a page of an allowed origin may send; `Client-Id` names a device that synchronizes. */
export const ALLOWED_HEADERS = [
  'Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Client-Id',
  ...Object.values(TRACING_HEADERS),
].join(', ')
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
