import type { IncomingMessage } from 'node:http'

/**
 * The body of a request; undefined when it is longer than `bytes_max`. The rest is received all the same, so that the
 * client gets to read the refusal.
 */
export async function readBody(request: IncomingMessage, bytes_max: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size_bytes = 0
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size_bytes += chunk.length
    if (size_bytes <= bytes_max) chunks.push(chunk)
  }
  return size_bytes > bytes_max ? undefined : Buffer.concat(chunks).toString('utf8')
}
