import type { RequestListener } from 'node:http'

import { Problem } from '#shared/base/problem.ts'
import { functionOfPath, type FunctionName } from '#shared/contract/functions.ts'
import { answerJson, answerProblem, pathOf } from '../stand-ins/kit/answer.ts'

/** What the gateway has on its one origin. */
export interface Mounts {
  /** The functions that are served here. */
  functions: Partial<Record<FunctionName, RequestListener>>
  /** `/local/…` and discovery. */
  issuer: RequestListener
  /** Answered at `/`: what is where. */
  index: () => unknown
  /** The text of openapi.json. */
  openapi: string
}

/** One origin in front of all functions, as the load balancer is in the cloud: by the path table of the contract. */
export function createGateway(mounts: Mounts): RequestListener {
  const issuerOf = (path: string) =>
    path.startsWith('/local/') || path.startsWith('/.well-known/') ? mounts.issuer : undefined

  return (request, response) => {
    const path = pathOf(request)
    const name = functionOfPath(path)
    const listener = name === undefined ? issuerOf(path) : mounts.functions[name]
    if (listener !== undefined) return listener(request, response)
    if (path === '/') return answerJson(response, 200, mounts.index())
    if (path === '/openapi.json') {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' })
      response.end(mounts.openapi)
      return
    }
    return answerProblem(response, new Problem('not-found', 'There is nothing at this path; / lists what there is'))
  }
}
