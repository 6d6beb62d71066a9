import type { IncomingMessage } from 'node:http'

import type { Clock } from '../../base/clock.ts'
import { onEnding, processEnding } from '../../base/ending.ts'
import { Problem } from '../../base/problem.ts'
import { SETTLED } from '../../base/timeout.ts'

export const BODY_BYTES_MAX = 1024 * 1024
/** Limit for receiving a body: a slow sender must not hold a request slot. */
const BODY_DURATION_MS_MAX = 15_000

/** The bytes of a request's body (none: length 0), or why they were not taken. */
export type BodyResult = { kind: 'read'; bytes: Uint8Array } | { kind: 'refused'; problem: Problem } | { kind: 'gone' }

const NOTHING: BodyResult = { kind: 'read', bytes: new Uint8Array(0) }

const refuse = (problem: Problem): BodyResult => ({ kind: 'refused', problem })

/** Whether a body follows the headers, as they declare it. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function isEncoded({ headers: { 'content-encoding': encoding } }: IncomingMessage): boolean {
  return encoding !== undefined && encoding.toLowerCase() !== 'identity'
}

/**
 * What the headers alone say against a body, so that none of it is read: it is compressed (a few bytes of that can be a
 * gigabyte, and none of our bodies is worth compressing), or longer than the limit.
 */
export function bodyRefusedByHeaders(request: IncomingMessage): Problem | undefined {
  if (isEncoded(request)) return encoded()
  return Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX ? tooLarge() : undefined
}

const encoded = (): Problem =>
  new Problem('unsupported-media-type', 'Send the request body without a Content-Encoding', {
    headers: { 'Accept-Encoding': 'identity' },
  })

const tooLarge = (): Problem => new Problem('too-large', `The request body may have at most ${BODY_BYTES_MAX} bytes`)

/**
 * Reads the whole body, at most 1 MiB of it, within 15 s. Stops reading at the first byte too many, declared or not;
 * `gone` when the client disconnected first.
 * @param ending refuses, when it aborts, a body that is still on its way: the process is about to end
 */
export async function readBody(request: IncomingMessage, clock: Clock, ending?: AbortSignal): Promise<BodyResult> {
  const problem = bodyRefusedByHeaders(request)
  if (problem) return refuse(problem)
  return announcesBody(request) ? readBytes(request, clock, ending) : NOTHING
}

function readBytes(request: IncomingMessage, clock: Clock, ending: AbortSignal | undefined): Promise<BodyResult> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let received_bytes = 0
    const settled = new AbortController()
    const settle = (received: BodyResult) => {
      if (settled.signal.aborted) return
      settled.abort(SETTLED)
      stopWaiting?.()
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
      if (received.kind !== 'read') request.pause()
      resolve(received)
    }
    const onData = (chunk: Uint8Array) => {
      received_bytes += chunk.length
      if (received_bytes > BODY_BYTES_MAX) return settle(refuse(tooLarge()))
      chunks.push(chunk)
    }
    const onEnd = () => settle({ kind: 'read', bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) })
    const onGone = () => {
      // An 'error' without a listener would end the process; this one is reported as `gone`.
      request.on('error', () => undefined)
      settle({ kind: 'gone' })
    }
    const end = () => settle(refuse(processEnding()))
    const stopWaiting = ending && !ending.aborted ? onEnding(ending, end) : undefined
    if (ending?.aborted) return end()
    // Gone while the caller was judged: none of the events below comes a second time.
    if (request.destroyed) return onGone()
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
    void clock.sleep(BODY_DURATION_MS_MAX, settled.signal).then(() => {
      if (!settled.signal.aborted) settle(tooSlow())
    })
  })
}

const tooSlow = (): BodyResult => refuse(new Problem('invalid-input', 'The request body did not arrive in time'))

/** Closing immediately would reset the connection, and a client that still sends might never see the answer. */
const LINGER_MS = 5_000
/** Beyond it nothing more is taken from the connection, which stays open for the answer until the time is over. */
const DISCARDED_BYTES_MAX = BODY_BYTES_MAX
/** Of a known caller, whose client shall see that its body is too large: many see no answer before they have sent all. */
const CALLER_DISCARDED_BYTES_MAX = 8 * BODY_BYTES_MAX

/** Throws away what is left of a refused body, keeping none of it, while its answer is sent. */
export function discardBody(request: IncomingMessage, clock: Clock, is_caller_known: boolean): void {
  if (!announcesBody(request) || request.complete || request.destroyed) return
  const ended = new AbortController()
  const bytes_max = is_caller_known ? CALLER_DISCARDED_BYTES_MAX : DISCARDED_BYTES_MAX
  let discarded_bytes = 0
  request.once('close', () => ended.abort(SETTLED))
  request.on('error', () => undefined)
  request.on('data', (chunk: Uint8Array) => {
    discarded_bytes += chunk.length
    if (discarded_bytes > bytes_max) request.pause()
  })
  request.resume()
  void clock.sleep(LINGER_MS, ended.signal).then(() => {
    if (!request.complete) request.destroy()
  })
}

/** A request from the plain framework, which has already read its body. */
type WithRawBody = IncomingMessage & { rawBody?: Uint8Array }

/** The body where a server has left it in `rawBody`, within the same limits; read here when there is none. */
export async function requestBodyOf(request: IncomingMessage, clock: Clock): Promise<BodyResult> {
  const { rawBody } = request as WithRawBody
  if (rawBody === undefined) return readBody(request, clock)
  if (isEncoded(request)) return refuse(encoded())
  return rawBody.length > BODY_BYTES_MAX ? refuse(tooLarge()) : { kind: 'read', bytes: rawBody }
}
