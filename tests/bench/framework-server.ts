import { http } from '@google-cloud/functions-framework'
import { getTestServer } from '@google-cloud/functions-framework/testing'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'

import { readBody } from '#shared/http/request/request-body.ts'
import type { FunctionApp } from '#shared/http/server/function-app.ts'
import { configureServer, createFunctionServer } from '#shared/http/server/function-server.ts'

/** Which server calls the function: ours, or the framework's with its wrapper, which runs each request in a domain. */
export const SERVERS = { ours: createFunctionServer, framework: createFrameworkServer } as const

export type ServerName = keyof typeof SERVERS

/** The framework's Express app behind the same reading of bodies: what a function ran in before decision 0004. */
function createFrameworkServer(app: FunctionApp): Server {
  http(app.name, (request, response) => app.handle(request, response))
  const server = getTestServer(app.name)
  const [express] = server.listeners('request') as [RequestListener]
  server.removeAllListeners('request')
  server.on('request', (request, response) => void readAndServe(request, response))
  return configureServer(server)

  async function readAndServe(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, app.clock)
    await app.clock.turn()
    if (body.kind !== 'read') return app.handle(request, response, async () => body)
    express(Object.assign(request, { rawBody: body.bytes }), response)
  }
}
