import * as z from 'zod/mini'

import { cursorText } from '#shared/records/cursor.ts'
import type { FeedPosition } from '#shared/table/read/change-feed.ts'
import type { Month } from '#shared/table/object/partition.ts'
import { SYNC_KINDS } from '../tables.ts'

/**
 * How far a device knows the records: a position in each partition. It is opaque to the device and carries no user; one from
 * elsewhere names partitions and epochs that are not here, and so brings resets.
 */
export type SyncCursor = ReadonlyMap<string, ReadonlyMap<Month, FeedPosition>>

const count = z.int().check(z.minimum(0))
const mark = z.string().check(z.maxLength(40))
/** Kind, month, epoch, revision, generation; of an open page the last id, and of a reset where it began. */
const entry = z.tuple([
  z.enum(SYNC_KINDS.map(({ name }) => name)),
  z.string().check(z.regex(/^(\d{6})?$/)),
  mark,
  count,
  mark,
  z.nullable(z.string().check(z.maxLength(300))),
  z.nullable(count),
])
type Entry = z.output<typeof entry>
const VERSION = 1
const content = cursorText(z.tuple([z.literal(VERSION), z.array(entry)]))

export function encodeCursor(cursor: SyncCursor): string {
  const listed = [...cursor].flatMap(([name, months]) =>
    [...months].map(([month, { epoch, rev, generation, after_id = null, start_rev = null }]): Entry => [
      name,
      month,
      epoch,
      rev,
      generation,
      after_id,
      start_rev,
    ]),
  )
  return content.encode([VERSION, listed])
}

/** A text that is no cursor of this service counts as none: the device is sent everything. */
export function decodeCursor(text: string | null | undefined): SyncCursor {
  const [, entries] = content.read(text ?? '') ?? []
  const cursor = new Map<string, Map<Month, FeedPosition>>(SYNC_KINDS.map(({ name }) => [name, new Map()]))
  for (const [name, month, epoch, rev, generation, after_id, start_rev] of entries ?? []) {
    const open = { after_id: after_id ?? undefined, start_rev: start_rev ?? undefined }
    cursor.get(name)!.set(month, { epoch, rev, generation, ...(after_id === null ? {} : open) })
  }
  return cursor
}
