import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

import { Problem } from '../../base/problem.ts'
import type { Answer } from '../call.ts'

/** A read of something outside of `/api`. */
export interface SiteRequest {
  /** As sent. */
  readonly raw_path: string
  readonly raw_query: string
  readonly headers: IncomingHttpHeaders
  /** Names the page in the request's log line. */
  noteRoute(route: string): void
}

/** Answers GET and HEAD outside of `/api`: the pages and files of an app. A thrown `Problem` becomes its answer. */
export type Site = (request: SiteRequest) => Promise<Answer>

const ALLOW = 'GET, HEAD, OPTIONS'

/** Whether a path, in whatever letters and with whatever slashes, means the API: it never gets a page. */
export function isOfApi(raw_path: string): boolean {
  return /^\/+api(\/|$)/i.test(raw_path)
}

interface Exchange {
  readonly request: IncomingMessage
  readonly raw_path: string
  readonly raw_query: string
  readonly record: { route: string | undefined }
}

/** @throws Problem */
export async function answerBySite(
  site: Site,
  { request, raw_path, raw_query, record }: Exchange,
  cors: { answerOptions(request: IncomingMessage, methods: string): Answer },
): Promise<Answer> {
  const { method, headers } = request
  if (method === 'OPTIONS') return cors.answerOptions(request, ALLOW)
  if (method !== 'GET' && method !== 'HEAD') {
    throw new Problem('method-not-allowed', `Only ${ALLOW} are allowed here`, { headers: { Allow: ALLOW } })
  }
  return await site({ raw_path, raw_query, headers, noteRoute: (route) => (record.route = route) })
}
