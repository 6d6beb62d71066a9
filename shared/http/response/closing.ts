import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Those waiting for the end of a connection: one listener for each, however many requests it has carried. */
const waiting = new WeakMap<Socket, Set<() => void>>()

/**
 * Calls `onClosed` once: when the response is sent in full, or its connection has ended. The response alone does not
 * tell: one of a pipelined request that waits for those before it has no connection yet, and never hears of its end.
 */
export function whenClosed({ socket }: IncomingMessage, response: ServerResponse, onClosed: () => void): void {
  if (response.closed || socket.destroyed) return onClosed()
  let waiters = waiting.get(socket)
  if (!waiters) {
    const added = new Set<() => void>()
    waiting.set(socket, (waiters = added))
    socket.once('close', () => {
      for (const end of added) end()
    })
  }
  const end = (): void => {
    if (waiters.delete(end)) onClosed()
  }
  waiters.add(end)
  response.once('close', end)
}
