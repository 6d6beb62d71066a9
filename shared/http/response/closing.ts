import type { IncomingMessage, ServerResponse } from 'node:http'

/** Calls `onClosed` once: when the response is sent in full, or its connection has ended, be it before this call. */
export function whenClosed({ socket }: IncomingMessage, response: ServerResponse, onClosed: () => void): void {
  if (response.closed || socket.destroyed) onClosed()
  else response.once('close', onClosed)
}
