import { hash } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'

import { Problem } from '#shared/base/problem.ts'
import { DEFAULT_FUNCTION, functionOfPath, type FunctionName } from '#shared/contract/functions.ts'
import { openApiPage, type ShownContract } from '#shared/contract/openapi-page.ts'
import { isOfApi } from '#shared/http/request/site.ts'
import { movedTo } from '#shared/http/request/unknown-path.ts'
import { type Answer, localJson, localProblem, noContent, pathOf, send } from '../stand-ins/kit/answers.ts'

/** The listeners and documents that the gateway serves at its one origin. */
export interface Mounts {
  /** The functions at this origin. */
  functions: Partial<Record<FunctionName, RequestListener>>
  /** `/local/…` and discovery. */
  issuer: RequestListener
  /** The addresses of everything. Answered at `/api`, and at `/` where the app has another origin. */
  index: () => unknown
  /** The text of openapi.json. */
  openapi: string
}

const NO_SNIFFING = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-cache' }

/** Two bars and a dot, in the colours of the page at /docs. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b57d0"/>' +
  '<path fill="#fff" d="M3 9h2v4H3zM7 6h2v7H7z"/><circle cx="12" cy="4" r="1.5" fill="#fff"/></svg>'

/** One origin in front of all functions, as the load balancer is in the cloud: by the path table of the contract. */
export function createGateway(mounts: Mounts): RequestListener {
  const site = mounts.functions[DEFAULT_FUNCTION]
  const documents = documentsOf(mounts, site !== undefined)
  const issuerOf = (path: string) =>
    path.startsWith('/local/') || path.startsWith('/.well-known/') ? mounts.issuer : undefined

  return (request, response) => {
    const path = pathOf(request)
    const name = functionOfPath(path)
    const listener = name === undefined ? issuerOf(path) : mounts.functions[name]
    if (listener !== undefined) return listener(request, response)
    const document = documents.get(path)
    if (document !== undefined) return void send(response, read(request, document))
    const meant = meantPath(path, documents)
    if (meant !== undefined) return void send(response, moved(request, meant))
    if (site !== undefined && !isOfApi(path)) return site(request, response)
    void send(response, unknownPath(path))
  }
}

type Documents = ReadonlyMap<string, () => Answer>

/** What the gateway itself has to show. */
function documentsOf({ index, openapi }: Mounts, has_site: boolean): Documents {
  const addresses = () => localJson(index())
  let page: Answer | undefined
  return new Map([
    ...(has_site ? [] : [['/', addresses] as const]),
    ['/api', addresses],
    ['/openapi.json', () => ({ status: 200, headers: typed('application/json'), body: openapi })],
    ['/docs', () => (page ??= contractPage(openapi))],
    ['/favicon.ico', () => ({ status: 200, headers: typed('image/svg+xml'), body: ICON })],
    ['/robots.txt', () => ({ status: 200, headers: typed('text/plain'), body: 'User-agent: *\nDisallow: /\n' })],
  ])
}

const typed = (type: string) => ({ 'Content-Type': type, ...NO_SNIFFING })

/** The contract as one page. It runs no script and loads nothing but its icon. */
function contractPage(openapi: string): Answer {
  const { html, style } = openApiPage(JSON.parse(openapi) as ShownContract)
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  const headers = { ...typed('text/html; charset=utf-8'), 'Content-Security-Policy': policy.join('; ') }
  return { status: 200, headers, body: html }
}

function read({ method }: IncomingMessage, document: () => Answer): Answer {
  const allow = { Allow: 'GET, HEAD, OPTIONS' }
  if (method === 'GET' || method === 'HEAD') return document()
  if (method === 'OPTIONS') return noContent(allow)
  return localProblem(new Problem('method-not-allowed', 'Only GET, HEAD, OPTIONS are allowed here', { headers: allow }))
}

/** The path that was meant where slashes and letters leave no doubt. */
function meantPath(path: string, documents: Documents): string | undefined {
  const meant = path.replace(/^\/+api\/+([^/]+)/i, (_whole, name: string) => `/api/${name.toLowerCase()}`)
  if (meant !== path && functionOfPath(meant) !== undefined) return meant
  const own = withoutSlashes(path)
  return own !== path && documents.has(own) ? own : undefined
}

const withoutSlashes = (path: string) => `/${path.toLowerCase().replace(/^\/+|\/+$/g, '')}`

function unknownPath(path: string): Answer {
  const detail =
    'There is nothing at this path. GET /api lists the addresses, and GET /docs shows every path of the API.'
  const below_api = `/api${withoutSlashes(path)}`
  const members = functionOfPath(below_api) === undefined ? {} : { did_you_mean: below_api }
  return localProblem(new Problem('not-found', detail, { members }))
}

function moved(request: IncomingMessage, path: string): Answer {
  const [, raw_query = ''] = /\?(.*)$/.exec(request.url ?? '') ?? []
  const { status, headers, body } = movedTo(path, raw_query)
  return localJson(body, headers, status)
}
