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
import { type BodyResult, bodyRefusedByHeaders, readBody } from '../request/request-body.ts'
import { problemAnswer } from '../response/problems.ts'
import { registerFunction } from './registered-function.ts'

/** Google's load balancers keep connections for 600 s and expect their backends to keep them longer. */
const KEEP_ALIVE_MS = 620_000
const HEADERS_DURATION_MS_MAX = 15_000
const WHOLE_REQUEST_DURATION_MS_MAX = 60_000

/**
 * The server of one function: it calls the function that is registered with the framework. The body of a request is read
 * here, within our limits, when the function asks for it: once it knows from the headers that it wants it.
 */
export function createFunctionServer(app: FunctionApp): Server {
  const { clock } = app
  const waiting_for_continue = new WeakSet<IncomingMessage>()
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<BodyResult> => {
    // Without 100 Continue the client does not send a body that is refused.
    if (waiting_for_continue.has(request) && bodyRefusedByHeaders(request) === undefined) response.writeContinue()
    const received = await readBody(request, clock, app.ending)
    // Requests that have arrived meanwhile are read first, so that the saves of a burst reach the table together.
    await clock.turn()
    return received
  }
  const serve = registerFunction(app.name, (request, response) =>
    app.handle(request, response, () => receive(request, response)),
  )
  const server = createServer()
  server.on('request', (request, response) => void serve(request, response))
  server.on('checkContinue', (request, response) => {
    waiting_for_continue.add(request)
    server.emit('request', request, response)
  })
  return configureServer(server)
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
