import type { IncomingHttpHeaders } from 'node:http'

import type { Random } from '../../base/random.ts'

/** The id of a request in answers and logs, and the distributed trace that it belongs to. */
export interface RequestIdentity {
  request_id: string
  trace_id: string | undefined
  span_id: string | undefined
}

/** Version 00 of W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/
/** `TRACE_ID/SPAN_ID;o=OPTIONS`, https://cloud.google.com/trace/docs/trace-context#legacy-http-header */
const CLOUD_TRACE = /^(?!0{32})([0-9a-fA-F]{32})(?:\/(\d{1,20}))?(?:;o=\d)?$/
const SANE_REQUEST_ID = /^[\w.:-]{8,64}$/

const ID_BYTES = 16
/** Random bytes are fetched for many ids in one call: a fetch costs as much as the rest of a request's bookkeeping. */
const IDS_PER_FETCH = 64

/**
 * Names requests: by the client's own X-Request-Id when it is a sane one, else as their trace, else by 16 random bytes.
 */
export function createRequestNamer(random: Random): (headers: IncomingHttpHeaders) => RequestIdentity {
  let pool = ''
  let taken = 0

  const newId = (): string => {
    if (taken === pool.length) {
      pool = Buffer.from(random.bytes(ID_BYTES * IDS_PER_FETCH)).toString('hex')
      taken = 0
    }
    taken += ID_BYTES * 2
    return pool.slice(taken - ID_BYTES * 2, taken)
  }

  return (headers) => {
    const { trace_id, span_id } = traceOf(headers)
    const sent = headers['x-request-id']
    const request_id = typeof sent === 'string' && SANE_REQUEST_ID.test(sent) ? sent : (trace_id ?? newId())
    return { request_id, trace_id, span_id }
  }
}

function traceOf(headers: IncomingHttpHeaders): { trace_id: string | undefined; span_id: string | undefined } {
  const { traceparent } = headers
  const cloud_trace = headers['x-cloud-trace-context']
  const w3c = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null
  if (w3c !== null) return { trace_id: w3c[1], span_id: w3c[2] }
  const cloud = typeof cloud_trace === 'string' ? CLOUD_TRACE.exec(cloud_trace) : null
  if (cloud === null) return { trace_id: undefined, span_id: undefined }
  const span = cloud[2] === undefined ? undefined : BigInt.asUintN(64, BigInt(cloud[2])).toString(16).padStart(16, '0')
  return { trace_id: cloud[1]!.toLowerCase(), span_id: span }
}
