import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Clock } from '../../base/clock.ts'
import { processEnding } from '../../base/ending.ts'
import { Problem } from '../../base/problem.ts'
import { SETTLED } from '../../base/timeout.ts'

export const BODY_BYTES_MAX = 1024 * 1024
/** Limit for receiving a body: a slow sender must not hold a request slot. */
const BODY_DURATION_MS_MAX = 15_000

/** The bytes of a request's body (none: length 0), or why they were not taken. */
export type BodyResult = { kind: 'read'; bytes: Uint8Array } | { kind: 'refused'; problem: Problem } | { kind: 'gone' }

const NOTHING: BodyResult = { kind: 'read', bytes: new Uint8Array(0) }

const refuse = (problem: Problem): BodyResult => ({ kind: 'refused', problem })

/** True when the declared length alone is reason enough not to read. */
export function declaresTooMuch(request: IncomingMessage): boolean {
  return Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX
}

function isEncoded({ headers: { 'content-encoding': encoding } }: IncomingMessage): boolean {
  return encoding !== undefined && encoding.toLowerCase() !== 'identity'
}

/** A few bytes of a compressed body can be a gigabyte; none of ours is worth compressing. */
const encoded = (): BodyResult =>
  refuse(
    new Problem('unsupported-media-type', 'Send the request body without a Content-Encoding', {
      headers: { 'Accept-Encoding': 'identity' },
    }),
  )

/** The answer to a body over the limit. */
const tooLarge = (): BodyResult =>
  refuse(new Problem('too-large', `The request body may have at most ${BODY_BYTES_MAX} bytes`))

/**
 * Reads the whole body, at most 1 MiB of it, within 15 s. Stops reading at the first byte too many, declared or not;
 * `gone` when the client disconnected first.
 * @param ending refuses, when it aborts, a body that is still on its way: the process is about to end
 */
export async function readBody(request: IncomingMessage, clock: Clock, ending?: AbortSignal): Promise<BodyResult> {
  if (isEncoded(request)) return encoded()
  if (request.headers['transfer-encoding'] === undefined && Number(request.headers['content-length'] ?? 0) === 0) {
    return NOTHING
  }
  if (declaresTooMuch(request)) return tooLarge()
  return readBytes(request, clock, ending)
}

function readBytes(request: IncomingMessage, clock: Clock, ending: AbortSignal | undefined): Promise<BodyResult> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let received_bytes = 0
    const settled = new AbortController()

    const settle = (received: BodyResult) => {
      if (settled.signal.aborted) return
      settled.abort(SETTLED)
      ending?.removeEventListener('abort', onEnding)
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
      if (received.kind !== 'read') request.pause()
      resolve(received)
    }
    const onData = (chunk: Uint8Array) => {
      received_bytes += chunk.length
      if (received_bytes > BODY_BYTES_MAX) return settle(tooLarge())
      chunks.push(chunk)
    }
    const onEnd = () => settle({ kind: 'read', bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) })
    const onGone = () => {
      // An 'error' without a listener would end the process; this one is reported as `gone`.
      request.on('error', () => undefined)
      settle({ kind: 'gone' })
    }
    const onEnding = () => settle(refuse(processEnding()))
    if (ending?.aborted) return onEnding()
    ending?.addEventListener('abort', onEnding, { once: true })
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
    void clock.sleep(BODY_DURATION_MS_MAX, settled.signal).then(() => {
      if (!settled.signal.aborted) settle(tooSlow())
    })
  })
}

const tooSlow = (): BodyResult => refuse(new Problem('invalid-input', 'The request body did not arrive in time'))

/** Closing immediately would reset the connection, and a client that still sends might never see the answer. */
const LINGER_MS = 5_000

/** After the answer is sent, discards the rest of a refused body for a limited time, then closes the connection. */
export function discardRest(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  response.once('finish', () => {
    const ended = new AbortController()
    request.once('close', () => ended.abort(SETTLED))
    request.on('error', () => undefined).resume()
    void clock.sleep(LINGER_MS, ended.signal).then(() => {
      if (!request.complete) request.destroy()
    })
  })
}

/** A request from the plain framework, which has already read its body. */
type WithRawBody = IncomingMessage & { rawBody?: Uint8Array }

/** The body where a server has left it in `rawBody`, within the same limits; read here when there is none. */
export async function requestBodyOf(request: IncomingMessage, clock: Clock): Promise<BodyResult> {
  const { rawBody } = request as WithRawBody
  if (rawBody === undefined) return readBody(request, clock)
  if (isEncoded(request)) return encoded()
  return rawBody.length > BODY_BYTES_MAX ? tooLarge() : { kind: 'read', bytes: rawBody }
}
