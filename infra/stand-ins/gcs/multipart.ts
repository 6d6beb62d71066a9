/**
 * A `multipart/related` upload: the object resource as JSON, then the bytes.
 * Source: https://cloud.google.com/storage/docs/uploading-objects#multipart-upload, RFC 2046 section 5.1.
 */
import { invalid } from './refusals.ts'

export interface RelatedParts {
  resource: unknown
  content_type: string | undefined
  /** A view into the body, not a copy. */
  bytes: Buffer
}

/** @throws Refusal 400 when the body is not of this form */
export function parseRelated(content_type: string, body: Buffer): RelatedParts {
  const match = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(content_type)
  const boundary = match?.[1] ?? match?.[2]
  if (!boundary) throw invalid('Missing multipart boundary.')
  const first = partAfter(body, body.indexOf(`--${boundary}`), boundary)
  const first_end = body.indexOf(`\r\n--${boundary}`, first.start)
  const second = partAfter(body, first_end, boundary)
  // From the end: the bytes before it are not looked at, however many they are.
  const second_end = body.lastIndexOf(`\r\n--${boundary}--`)
  if (first_end < 0 || second_end < second.start) throw invalid('Malformed multipart body.')
  return {
    resource: parseJson(body.subarray(first.start, first_end)),
    content_type: second.content_type,
    bytes: body.subarray(second.start, second_end),
  }
}

/** Where the content of the part starts whose delimiter is at `delimiter_at`. */
function partAfter(
  body: Buffer,
  delimiter_at: number,
  boundary: string,
): { start: number; content_type: string | undefined } {
  const headers_start = body.indexOf('\r\n', delimiter_at + boundary.length + 2)
  const headers_end = body.indexOf('\r\n\r\n', headers_start)
  if (delimiter_at < 0 || headers_start < 0 || headers_end < 0) throw invalid('Malformed multipart body.')
  const headers = body.toString('latin1', headers_start, headers_end)
  return { start: headers_end + 4, content_type: /^content-type:\s*(.+?)\s*$/im.exec(headers)?.[1] }
}

/** @throws Refusal 400 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {}
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw Object.assign(invalid('Parse Error'), { cause: error })
  }
}
