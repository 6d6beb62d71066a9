import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { Duplex } from 'node:stream'

import { Problem, type ProblemKind } from '../../base/problem.ts'
import type { FunctionApp } from './function-app.ts'
import { declaresTooMuch, type BodyResult, readBody } from '../request/request-body.ts'
import { problemAnswer } from '../response/problems.ts'
import { registerFunction } from './registered-function.ts'

/** Google's load balancers keep connections for 600 s and expect their backends to keep them longer. */
const KEEP_ALIVE_MS = 620_000
const HEADERS_DURATION_MS_MAX = 15_000
const WHOLE_REQUEST_DURATION_MS_MAX = 60_000

/**
 * The server of one function. Bodies are read here, within our limits; then the function that is registered with the
 * framework is called.
 */
export function createFunctionServer(app: FunctionApp): Server {
  const bodies = new WeakMap<IncomingMessage, BodyResult>()
  const serve = registerFunction(app.name, (request, response) => app.handle(request, response, bodies.get(request)))
  const server = createServer()
  server.on('request', (request, response) => void readAndServe(request, response))
  server.on('checkContinue', (request, response) => {
    // Without 100 Continue the client does not send a body that would be refused.
    if (!declaresTooMuch(request)) response.writeContinue()
    server.emit('request', request, response)
  })
  return configureServer(server)

  async function readAndServe(request: IncomingMessage, response: ServerResponse): Promise<void> {
    bodies.set(request, await readBody(request, app.clock, app.ending))
    // Requests that have arrived meanwhile are read first, so that the saves of a burst reach the table together.
    await app.clock.turn()
    await serve(request, response)
  }
}

/** The time limits of a server that stands behind a load balancer, and problems for malformed requests. */
export function configureServer(server: Server): Server {
  server.on('clientError', answerClientError)
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.headersTimeout = HEADERS_DURATION_MS_MAX
  server.requestTimeout = WHOLE_REQUEST_DURATION_MS_MAX
  return server
}

/** A listener that serves a function inside another server: the local runtime's gateway, or a test. */
export function createFunctionListener(app: FunctionApp): RequestListener {
  const server = createFunctionServer(app)
  return (request, response) => void server.emit('request', request, response)
}

const CLIENT_FAULTS: Readonly<Record<string, { kind: ProblemKind; detail: string }>> = {
  HPE_HEADER_OVERFLOW: { kind: 'too-large', detail: 'The request headers are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { kind: 'invalid-input', detail: 'The request did not arrive in time' },
}

/** Input that cannot be parsed as HTTP never becomes a request, but is still answered as a problem. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const { kind, detail } = CLIENT_FAULTS[error.code ?? ''] ?? {
    kind: 'invalid-input',
    detail: 'The request is not valid HTTP',
  }
  const { status, body } = problemAnswer(new Problem(kind, detail), 'none')
  const payload = JSON.stringify(body)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\nConnection: close\r\n` +
      `Content-Length: ${Buffer.byteLength(payload)}\r\n\r\n${payload}`,
  )
}
