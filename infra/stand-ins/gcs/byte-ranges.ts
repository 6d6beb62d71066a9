/** The `Range` header of a download: one range of bytes. Source: RFC 9110 section 14. */
import { refusal } from './refusals.ts'

/** First byte and the one after the last. */
export interface ByteSpan {
  start: number
  end: number
}

/**
 * The span a `Range` header asks for; undefined when the whole object is to be sent: no header, one that is not
 * understood, or several ranges, which the service ignores as the RFC allows.
 * @throws Refusal 416 when no byte of the object is in the range
 */
export function parseRange(header: string | undefined, size_bytes: number): ByteSpan | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  const [, first = '', last = ''] = match
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  const start = first === '' ? Math.max(0, size_bytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size_bytes : Math.min(size_bytes, Number(last) + 1)
  if (start >= end) {
    throw refusal(416, 'requestedRangeNotSatisfiable', 'The requested range cannot be satisfied.', {
      'content-range': `bytes */${size_bytes}`,
    })
  }
  return { start, end }
}
