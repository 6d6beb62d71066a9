import type { RequestListener } from 'node:http'

import { Problem } from '#shared/base/problem.ts'
import { functionOfPath, type FunctionName } from '#shared/contract/functions.ts'
import { localJson, localProblem, pathOf, send } from '../stand-ins/kit/answers.ts'

const OPENAPI_HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' }

/** The listeners and documents that the gateway serves at its one origin. */
export interface Mounts {
  /** The functions at this origin. */
  functions: Partial<Record<FunctionName, RequestListener>>
  /** `/local/…` and discovery. */
  issuer: RequestListener
  /** Answered at `/`: the addresses of everything. */
  index: () => unknown
  /** The text of openapi.json. */
  openapi: string
}

/** One origin in front of all functions, as the load balancer is in the cloud: by the path table of the contract. */
export function createGateway(mounts: Mounts): RequestListener {
  const issuerOf = (path: string) =>
    path.startsWith('/local/') || path.startsWith('/.well-known/') ? mounts.issuer : undefined

  const ownAnswer = (path: string) => {
    switch (path) {
      case '/':
        return localJson(mounts.index())
      case '/openapi.json':
        return { status: 200, headers: OPENAPI_HEADERS, body: mounts.openapi }
      default:
        return localProblem(new Problem('not-found', 'There is nothing at this path. GET / lists the paths.'))
    }
  }

  return (request, response) => {
    const path = pathOf(request)
    const name = functionOfPath(path)
    const listener = name === undefined ? issuerOf(path) : mounts.functions[name]
    if (listener !== undefined) return listener(request, response)
    void send(response, ownAnswer(path))
  }
}
