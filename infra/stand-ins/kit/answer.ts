import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Problem } from '#shared/base/problem.ts'
import { problemAnswer } from '#shared/http/response/problems.ts'

/** Answers of the local runtime's own paths, in the shape that functions give theirs. */
export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers })
  response.end(`${JSON.stringify(body, null, 2)}\n`)
}

export function answerProblem(response: ServerResponse, problem: Problem): void {
  const { status, headers, body } = problemAnswer(problem, 'local')
  answerJson(response, status, body, headers)
}

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] as string
}
