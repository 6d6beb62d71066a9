/** From Node's request to a call. */
import type { IncomingMessage } from 'node:http'
import { Refusal } from '../kit/refusal.ts'
import { invalid, refusal } from './refusals.ts'
import type { GcsCall } from './routes/route.ts'

/** Far beyond what this project stores; keeps a mistake from taking all memory. */
const BODY_BYTES_MAX = 1024 * 1024 * 1024

/**
 * Reads the request with its whole body. Path segments are decoded one by one, without the normalisation that URL
 * does, because `..` and `//` are ordinary parts of object names.
 * @throws Refusal 400, 413
 */
export async function readCall(request: IncomingMessage): Promise<GcsCall> {
  const { body, is_body_whole } = await readBody(request)
  const [raw_path = '', raw_query = ''] = splitAt(request.url ?? '/', '?')
  return {
    method: request.method ?? 'GET',
    path: raw_path.slice(1).split('/').map(decodeSegment),
    query: new URLSearchParams(raw_query),
    headers: request.headers,
    body,
    is_body_whole,
  }
}

async function readBody(request: IncomingMessage): Promise<{ body: Buffer; is_body_whole: boolean }> {
  const chunks: Buffer[] = []
  let size_bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size_bytes += chunk.length
      if (size_bytes > BODY_BYTES_MAX) throw refusal(413, 'uploadTooLarge', 'Request entity too large')
      chunks.push(chunk)
    }
  } catch (error) {
    // The client went away. A resumable upload keeps what came, anything else is dropped.
    if (error instanceof Refusal || request.complete) throw error
    return { body: Buffer.concat(chunks), is_body_whole: false }
  }
  return { body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks), is_body_whole: true }
}

function splitAt(text: string, separator: string): string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    throw Object.assign(invalid('The path is not UTF-8.'), { cause: error })
  }
}
