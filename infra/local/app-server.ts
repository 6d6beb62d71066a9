import { spawn } from 'node:child_process'
import { createServer, request as httpRequest, type RequestListener } from 'node:http'
import { join } from 'node:path'

import { isNavigation, pageRouter } from '#functions/web/page-routes.ts'
import { isOfApi } from '#shared/http/request/site.ts'
import { listen } from '#shared/http/server/serve.ts'
import { PROJECT_ROOT } from '../project-root.ts'
import { pathOf, send } from '../stand-ins/kit/answers.ts'

const VITE = join(PROJECT_ROOT, 'node_modules/vite/bin/vite.js')
const HOST = '127.0.0.1'
/** By its file: only then Vite writes addresses that hold on every page. */
const APP_PAGE = '/index.html'

/**
 * Starts Vite's development server in a process of its own, which ends with this one. It has none of the web function's headers.
 * @returns its listener, for the paths of the app
 */
export async function startAppServer(): Promise<RequestListener> {
  const port = await freePort()
  const child = spawn(process.execPath, [VITE, '--host', HOST, '--port', String(port), '--strictPort'], {
    cwd: PROJECT_ROOT,
    // The page asks for changes there, past the gateway.
    env: { ...process.env, APP_SERVER_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  process.once('exit', () => void child.kill())
  return forwardTo(port)
}

/**
 * What the web function still answers itself: the configuration, and links to no page. The app's pages are the app
 * server's, and every file: it has no others.
 */
export function withAppServer(web: RequestListener, app_server: RequestListener): RequestListener {
  return (request, response) => {
    const path = pathOf(request)
    if (isOfApi(path) || path === '/config.json') return web(request, response)
    if (pageRouter.match(path) !== undefined) request.url = APP_PAGE
    else if (isNavigation(request.headers)) return web(request, response)
    return app_server(request, response)
  }
}

/** In place of an app that could not be built: a page that waited for it has this as its last answer. */
export const failedApp: RequestListener = (_request, response) => {
  const body = 'The app could not be built. The terminal says why: mend it, then start again. The API answers.\n'
  void send(response, { status: 503, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body })
}

function forwardTo(port: number): RequestListener {
  return (request, response) => {
    const { method, url: path, headers } = request
    const forwarded = httpRequest({ host: HOST, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    forwarded.on('error', () => {
      if (response.headersSent) return response.destroy()
      const headers = { 'Content-Type': 'text/plain', Refresh: '1' }
      void send(response, { status: 503, headers, body: "Vite's server starts. This page loads again by itself.\n" })
    })
    request.pipe(forwarded)
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  const { port } = await listen(server, 0, HOST)
  await new Promise((resolve) => server.close(resolve))
  return port
}
