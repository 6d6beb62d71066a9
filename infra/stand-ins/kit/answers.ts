import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Problem } from '#shared/base/problem.ts'
import { problemAnswer } from '#shared/http/response/problems.ts'

/** The answer to a request. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer | string
}

/** JSON as Google's services send it. */
export function json(body: unknown, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers: { 'content-type': GOOGLE_JSON, ...headers }, body: JSON.stringify(body) }
}

/** The same for people with curl: indented, and ended by a line break. */
export function indentedJson(body: unknown, status = 200): Answer {
  return { status, headers: { 'content-type': GOOGLE_JSON }, body: indented(body) }
}

const GOOGLE_JSON = 'application/json; charset=UTF-8'

/** JSON of the local runtime's own paths, as the functions send it. */
export function localJson(body: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): Answer {
  return { status, headers: { ...LOCAL_HEADERS, ...headers }, body: indented(body) }
}

const LOCAL_HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }

export function localProblem(problem: Problem): Answer {
  const { status, headers, body } = problemAnswer(problem, 'local')
  return { status, headers: { ...LOCAL_HEADERS, ...headers }, body: indented(body) }
}

const indented = (body: unknown) => `${JSON.stringify(body, null, 2)}\n`

export const noContent = (headers: Record<string, string> = {}): Answer => ({ status: 204, headers, body: '' })

/** Resolves when the operating system has the answer, or the client has gone. */
export async function send(response: ServerResponse, answer: Answer): Promise<void> {
  response.writeHead(answer.status, headersOf(answer))
  response.end(answer.body)
  await closed(response)
}

/** Sends the head and half of the body, then breaks the connection. */
export async function sendTruncated(response: ServerResponse, answer: Answer): Promise<void> {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, headersOf(answer))
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy())
  await closed(response)
}

async function closed(response: ServerResponse): Promise<void> {
  if (!response.closed) await new Promise<void>((resolve) => response.once('close', () => resolve()))
}

function headersOf(answer: Answer): Record<string, string | number> {
  if (answer.status === 304 || answer.status === 204) return answer.headers
  return { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) }
}

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] as string
}
