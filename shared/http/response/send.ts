import type { ServerResponse } from 'node:http'

import type { Clock } from '../../base/clock.ts'
import { SETTLED } from '../../base/timeout.ts'
import type { Answer } from '../call.ts'

/** A client that reads nothing for this long counts as disconnected. */
const STALL_MS_MAX = 30_000

export interface Sending {
  response: ServerResponse
  /** Headers every answer has; those of the answer win. */
  headers: Readonly<Record<string, string>>
  is_head: boolean
  clock: Clock
  /** Called once, before the last byte leaves. */
  onEnd: (sent: { bytes: number; cut_off: boolean }) => void
}

/** Sends an answer whole, or destroys the connection: a download must never look complete when it is not. */
export async function send(answer: Answer, sending: Sending): Promise<void> {
  const { response } = sending
  if (response.destroyed) {
    await release(answer)
    return sending.onEnd({ bytes: 0, cut_off: true })
  }
  if (answer.stream !== undefined) return sendStream(answer, answer.stream, sending)
  const pieces = piecesOf(answer)
  const bytes = pieces?.reduce((sum, { length }) => sum + length, 0)
  writeHead(answer, sending, bytes)
  await sendPieces(sending.is_head ? [] : (pieces ?? []), sending)
}

/** Hands over a piece when the one before is gone, so that a slow client does not make all of them wait twice. */
async function sendPieces(pieces: readonly Uint8Array[], { response, clock, onEnd }: Sending): Promise<void> {
  let bytes = 0
  for (const piece of pieces.slice(0, -1)) {
    bytes += piece.length
    if (!response.write(piece)) await drained(response, clock)
    if (response.destroyed) return onEnd({ bytes, cut_off: true })
  }
  const last = pieces.at(-1)
  onEnd({ bytes: bytes + (last?.length ?? 0), cut_off: false })
  response.end(last)
}

/** Ends a producer that nobody will read. */
async function release({ stream }: Answer): Promise<void> {
  await stream?.[Symbol.asyncIterator]().return?.()
}

function piecesOf({ status, body, json }: Answer): readonly Uint8Array[] | undefined {
  if (status === 204 || status === 304) return undefined
  if (json !== undefined || body === undefined) return json
  const { success = true, ...rest } = body
  return [Buffer.from(JSON.stringify({ success, ...rest }))]
}

/** Nothing is sent yet, so a header that Node refuses (it would split the answer) can still become a problem. */
function writeHead(answer: Answer, { response, headers }: Sending, json_bytes: number | undefined): void {
  for (const name of Object.keys(headers)) response.setHeader(name, headers[name]!)
  if (json_bytes !== undefined) {
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    response.setHeader('Content-Length', json_bytes)
  } else if (answer.stream === undefined && answer.status !== 204 && answer.status !== 304) {
    response.setHeader('Content-Length', 0)
  }
  const own = answer.headers ?? {}
  for (const name of Object.keys(own)) response.setHeader(name, own[name]!)
  response.statusCode = answer.status
}

async function sendStream(answer: Answer, stream: AsyncIterable<Uint8Array>, sending: Sending): Promise<void> {
  const { response, is_head, clock, onEnd } = sending
  writeHead(answer, sending, undefined)
  if (is_head) {
    await release(answer)
    onEnd({ bytes: 0, cut_off: false })
    response.end()
    return
  }
  let bytes = 0
  try {
    // Leaving the loop by a throw or a break also ends the producer.
    for await (const chunk of stream) {
      if (response.destroyed) break
      bytes += chunk.length
      if (!response.write(chunk)) await drained(response, clock)
    }
  } catch (error) {
    // While nothing has left, the failure can still be answered as a problem.
    if (response.headersSent) {
      onEnd({ bytes, cut_off: true })
      response.destroy()
    }
    throw error
  }
  onEnd({ bytes, cut_off: response.destroyed })
  response.end()
}

/** Resolves when the client has taken what was written, or disconnected. A stalled client is disconnected. */
async function drained(response: ServerResponse, clock: Clock): Promise<void> {
  const over = new AbortController()
  const end = () => over.abort(SETTLED)
  response.once('drain', end).once('close', end)
  await clock.sleep(STALL_MS_MAX, over.signal)
  response.off('drain', end).off('close', end)
  if (!over.signal.aborted) response.destroy()
}
