import * as z from 'zod/mini'

import { Problem } from '../base/problem.ts'

/**
 * Where a page ended: JSON that is opaque to clients, and checked by its schema when it comes back. It carries no user, so
 * it opens nothing.
 */
interface CursorText<T> {
  readonly encode: (content: T) => string
  /** Undefined for a text that this service did not give out as such a cursor. */
  readonly read: (text: string) => T | undefined
  /** @throws Problem `invalid-input` for such a text */
  readonly decode: (text: string) => T
}

export function cursorText<T>(schema: z.ZodMiniType<T>): CursorText<T> {
  const read = (text: string): T | undefined => schema.safeParse(jsonIn(text)).data
  return {
    encode: (content) => Buffer.from(JSON.stringify(content)).toString('base64url'),
    read,
    decode: (text) => {
      const content = read(text)
      if (content === undefined) throw badCursor()
      return content
    },
  }
}

export interface Cursor {
  readonly created_at_ms: number
  readonly id: string
}

const LATEST_MS = Date.UTC(9999, 11, 31)
const byAge = cursorText(z.tuple([z.int().check(z.minimum(-LATEST_MS), z.maximum(LATEST_MS)), z.string()]))

export function encodeCursor({ created_at_ms, id }: Cursor): string {
  return byAge.encode([created_at_ms, id])
}

/** @throws Problem `invalid-input` when the text is not a cursor that this service gave out */
export function decodeCursor(text: string): Cursor {
  const [created_at_ms, id] = byAge.decode(text)
  return { created_at_ms, id }
}

type SortKey = string | number | null

/** Where a page of an order ended. */
export interface SortedCursor {
  readonly key: SortKey
  readonly id: string
}

/** Which order, and what its keys are. */
export interface CursorOrder {
  readonly name: string
  readonly key: z.ZodMiniType<SortKey>
}

export function encodeSortedCursor(order: CursorOrder, { key, id }: SortedCursor): string {
  return sorted(order).encode([order.name, key, id])
}

/** @throws Problem `invalid-input` when the text is not a cursor that this service gave out for the order */
export function decodeSortedCursor(order: CursorOrder, text: string): SortedCursor {
  const [, key, id] = sorted(order).decode(text)
  return { key, id }
}

function sorted({ name, key }: CursorOrder): CursorText<[string, SortKey, string]> {
  return cursorText(z.tuple([z.literal(name), key, z.string()]))
}

export function badCursor(): Problem {
  return new Problem('invalid-input', 'Invalid cursor. Use `next_cursor` from an earlier page of the same list.', {
    errors: [{ path: 'cursor', message: 'must be the next_cursor of an earlier page of the same list' }],
  })
}

/** The JSON that a cursor is made of; undefined when it is none. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
