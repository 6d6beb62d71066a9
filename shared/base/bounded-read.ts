/**
 * The body of an answer to `fetch` as UTF-8, at most `bytes_max` bytes of it. A longer one is ended there; the rest is never
 * received.
 */
export async function textAtMost({ body }: Response, bytes_max: number): Promise<{ text: string; is_cut: boolean }> {
  if (body === null) return { text: '', is_cut: false }
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let text = ''
  let left_bytes = bytes_max
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { text: text + decoder.decode(), is_cut: false }
    text += decoder.decode(value.subarray(0, left_bytes), { stream: true })
    left_bytes -= value.length
    if (left_bytes >= 0) continue
    await reader.cancel()
    return { text: text + decoder.decode(), is_cut: true }
  }
}
