import { Problem } from '../base/problem.ts'

/** Where a page ended: opaque to clients, checked when it comes back. It carries no user, so it opens nothing. */
export interface Cursor {
  readonly created_at_ms: number
  readonly id: string
}

const LATEST_MS = Date.UTC(9999, 11, 31)

export function encodeCursor({ created_at_ms, id }: Cursor): string {
  return Buffer.from(JSON.stringify([created_at_ms, id])).toString('base64url')
}

/** @throws Problem `invalid-input` when the text is not a cursor that this service gave out */
export function decodeCursor(text: string): Cursor {
  const parsed = jsonInCursor(text)
  if (Array.isArray(parsed) && parsed.length === 2) {
    const [created_at_ms, id] = parsed as unknown[]
    const is_time = typeof created_at_ms === 'number' && Number.isInteger(created_at_ms)
    if (is_time && Math.abs(created_at_ms) <= LATEST_MS && typeof id === 'string') return { created_at_ms, id }
  }
  throw badCursor()
}

/** Where a page of an order ended, and of which order. */
export interface SortedCursor {
  readonly key: string | number | null
  readonly id: string
}

export function encodeSortedCursor(order: string, { key, id }: SortedCursor): string {
  return Buffer.from(JSON.stringify([order, key, id])).toString('base64url')
}

/** @throws Problem `invalid-input` when the text is not a cursor that this service gave out for the order */
export function decodeSortedCursor(order: string, text: string): SortedCursor {
  const parsed = jsonInCursor(text)
  if (Array.isArray(parsed) && parsed.length === 3 && parsed[0] === order) {
    const [, key, id] = parsed as unknown[]
    const is_key = key === null || typeof key === 'string' || (typeof key === 'number' && Number.isFinite(key))
    if (is_key && typeof id === 'string') return { key, id }
  }
  throw badCursor()
}

export function badCursor(): Problem {
  return new Problem('invalid-input', 'Invalid cursor. Use `next_cursor` from an earlier page of the same list.', {
    errors: [{ path: 'cursor', message: 'must be the next_cursor of an earlier page of the same list' }],
  })
}

/** The JSON that a cursor is made of; undefined when it is none. */
export function jsonInCursor(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
