export interface HttpAnswer {
  readonly status: number
  /** Of its headers, in lower case. */
  readonly names: readonly string[]
  readonly body: string
}

const CRLF = '\r\n'

/**
 * Splits a connection's bytes into answers as a client does: by the length in each head, never by the look of a body.
 * @throws Error when what comes is not HTTP
 */
export function answersIn(bytes: Buffer): HttpAnswer[] {
  const answers: HttpAnswer[] = []
  for (let at = 0; at < bytes.length;) {
    const head_end = bytes.indexOf(CRLF + CRLF, at)
    if (head_end < 0) throw new Error(`a head does not end: ${bytes.toString('latin1', at, at + 200)}`)
    const [status_line = '', ...lines] = bytes.toString('latin1', at, head_end).split(CRLF)
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(status_line)?.[1]
    if (status === undefined) throw new Error(`not a status line: ${status_line.slice(0, 200)}`)
    const headers = lines.map((line) => {
      const [name = '', value = ''] = line.split(/:(.*)/s, 2)
      return [name.toLowerCase(), value.trim()] as const
    })
    const { body, end } = bodyAt(bytes, head_end + 4, new Map(headers))
    answers.push({ status: Number(status), names: headers.map(([name]) => name), body: body.toString('utf8') })
    at = end
  }
  return answers
}

interface Body {
  readonly body: Buffer
  /** Where the next answer begins. */
  readonly end: number
}

function bodyAt(bytes: Buffer, start: number, headers: ReadonlyMap<string, string>): Body {
  if (headers.get('transfer-encoding') === 'chunked') return chunkedAt(bytes, start)
  const length = headers.get('content-length')
  // Without a length the body is everything until the connection ends.
  const end = length === undefined ? bytes.length : start + Number(length)
  if (!(end <= bytes.length)) throw new Error(`an answer of Content-Length ${length} is cut off`)
  return { body: bytes.subarray(start, end), end }
}

function chunkedAt(bytes: Buffer, start: number): Body {
  const chunks: Buffer[] = []
  for (let at = start; ;) {
    const size_end = bytes.indexOf(CRLF, at)
    const size = Number.parseInt(bytes.toString('latin1', at, Math.max(at, size_end)), 16)
    if (!(size >= 0)) throw new Error('a chunk has no size')
    const chunk_end = size_end + 2 + size
    if (bytes.toString('latin1', chunk_end, chunk_end + 2) !== CRLF) throw new Error('a chunk does not end')
    if (size === 0) return { body: Buffer.concat(chunks), end: chunk_end + 2 }
    chunks.push(bytes.subarray(size_end + 2, chunk_end))
    at = chunk_end + 2
  }
}
