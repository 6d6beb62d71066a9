/**
 * Reads at most `bytes_max` bytes of a stream. A longer one is ended there; the rest is never received.
 * @returns the bytes that were read, and whether there were more
 */
async function readAtMost(
  stream: AsyncIterable<Uint8Array>,
  bytes_max: number,
): Promise<{ bytes: Uint8Array; is_cut: boolean }> {
  const chunks: Uint8Array[] = []
  let received_bytes = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    received_bytes += chunk.length
    // Leaving the loop ends the stream, and with it the connection.
    if (received_bytes > bytes_max) break
  }
  const bytes = Buffer.concat(chunks).subarray(0, bytes_max)
  return { bytes, is_cut: received_bytes > bytes_max }
}

/** The body of an answer to `fetch` as UTF-8, at most `bytes_max` bytes of it. */
export async function textAtMost({ body }: Response, bytes_max: number): Promise<{ text: string; is_cut: boolean }> {
  if (body === null) return { text: '', is_cut: false }
  const { bytes, is_cut } = await readAtMost(body as AsyncIterable<Uint8Array>, bytes_max)
  return { text: Buffer.from(bytes).toString('utf8'), is_cut }
}
