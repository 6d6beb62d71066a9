import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

import { listen } from '#shared/http/server/serve.ts'
import { type Answer, send } from './answers.ts'

const HOST = '127.0.0.1'
/** Longer than clients keep idle connections: a connection closed under a request would look like a lost answer. */
const KEEP_ALIVE_MS = 10 * 60 * 1000

export interface StandInOptions {
  /** 0: any free port. */
  port: number
  /** Answers one request. */
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** The answer to a request whose `handle` failed. */
  failed: (error: unknown) => Answer
  /** Called when no connection is accepted any more. Connections are cut once it resolves. */
  finish: () => Promise<void> | void
  /** Called when every connection is closed: lets go of what the stand-in holds, such as a folder. */
  release?: () => Promise<void> | void
}

export interface StandInServer {
  /** `http://127.0.0.1:PORT` */
  url: string
  port: number
  /** Gives up requests that wait, and what the stand-in holds. */
  close: () => Promise<void>
}

/** Serves a stand-in on this machine alone. Rejects when the port is taken. */
export async function startServer({ port, handle, failed, finish, release }: StandInOptions): Promise<StandInServer> {
  const server = createServer((request, response) => {
    response.on('error', () => response.destroy())
    void handle(request, response).catch((error: unknown) => {
      if (response.headersSent || request.socket.destroyed) response.destroy()
      else return send(response, failed(error))
    })
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const address = await listen(server, port, HOST)
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    await finish()
    server.closeAllConnections()
    await closed
    await release?.()
  }
  let closing: Promise<void> | undefined
  return { url: `http://${HOST}:${address.port}`, port: address.port, close: () => (closing ??= close()) }
}
