import { isoTime } from '#shared/base/clock.ts'
import { PULL_BYTES } from '#shared/contract/sync.ts'
import { asJsonText, jsonOf } from '#shared/records/json-text.ts'
import type { Cells } from '#shared/records/rows.ts'
import type { Row, StoredRow } from '#shared/table/object/schema.ts'
import type { Month } from '#shared/table/object/partition.ts'
import type { ChangedObject, FeedPosition } from '#shared/table/read/change-feed.ts'
import { spelled } from '#shared/table/object/limits.ts'
import { syncedColumns, syncedRecord } from '../rows.ts'
import { inOrder, type SyncTable, type SyncTables } from '../tables.ts'
import { decodeCursor, encodeCursor, type SyncCursor } from './cursor.ts'
import { PullPage } from './pull-page.ts'

/** Where a device stands, and how much it wants. */
export interface PullPosition {
  readonly cursor?: string | null | undefined
  /** Of the rows; taken as the nearest that is allowed. */
  readonly limit_bytes?: number | null | undefined
}

export interface PulledPage {
  /** The answer. */
  readonly json: readonly Uint8Array[]
  readonly facts: { readonly rows: number; readonly resets: number }
}

/**
 * Sends a device what has changed since its cursor: audiences first, then platforms, then distributions, of each the
 * newest month first, as many as have room. Partitions whose generation is the cursor's cost nothing but the LIST.
 */
export class Pull {
  readonly #tables: readonly SyncTable[]

  constructor(tables: SyncTables) {
    this.#tables = inOrder(tables)
  }

  /** @param signal ends the work when nobody waits for it @throws Problem */
  async page(user_id: string, { cursor, limit_bytes }: PullPosition, signal?: AbortSignal): Promise<PulledPage> {
    const page = new PullPage(rowsBytesMax(limit_bytes))
    const positions = new Map([...decodeCursor(cursor)].map(([name, months]) => [name, new Map(months)]))
    // A device that asks whether there is anything new waits for one LIST, not for three.
    const is_poll = typeof cursor === 'string' && !hasOpenPage(positions)
    const listings = is_poll ? this.#tables.map(({ table }) => begun(table.listed(user_id))) : []
    const unreadable: string[] = []
    let more = false
    for (const [at, { kind, table }] of this.#tables.entries()) {
      const known = positions.get(kind.name)!
      const request = { positions: new Map(known), columns: syncedColumns(kind), listed: listings[at] }
      for await (const object of table.changed(user_id, request)) {
        signal?.throwIfAborted()
        more ||= page.is_full
        if (page.is_full) break
        const { month } = object
        const partition = partitionName(kind.name, month)
        if (object.kind === 'unreadable') {
          unreadable.push(partition)
        } else if (object.kind === 'gone') {
          page.end({ partition, reset: true, put_back_to: isoTime(0) }, true)
          known.delete(month)
        } else {
          const textOf = (row: Cells) => jsonOf(syncedRecord(kind, user_id, row, asJsonText))
          const taken = await takeRows(page, partition, object, textOf)
          if (taken.position) known.set(month, taken.position)
          more ||= taken.is_cut
        }
      }
      if (more && page.is_full) break
    }
    return { json: page.finish(encodeCursor(positions), more, unreadable), facts: page.facts }
  }
}

/** Takes as many rows of an object as have room. @returns where to go on; no position when there was room for none */
async function takeRows<R extends Row>(
  page: PullPage,
  partition: string,
  object: ChangedObject<R>,
  textOf: (row: StoredRow<R>) => string,
): Promise<{ position: FeedPosition | undefined; is_cut: boolean }> {
  const { put_back_to_ms } = object
  const of = {
    partition,
    reset: object.is_reset,
    ...(put_back_to_ms !== undefined && { put_back_to: isoTime(put_back_to_ms) }),
  }
  let last: StoredRow<R> | undefined
  for await (const row of object.rows()) {
    if (!page.add(of, textOf(row))) break
    last = row
  }
  const is_cut = page.is_full || object.is_cut
  if (is_cut && !last) return { position: undefined, is_cut }
  page.end(of, !is_cut)
  return { position: object.position(is_cut ? last : undefined), is_cut }
}

function hasOpenPage(cursor: SyncCursor): boolean {
  return [...cursor.values()].some((months) => [...months.values()].some(({ after_id }) => after_id !== undefined))
}

/** Work whose failure matters only to whoever waits for it. */
function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}

function rowsBytesMax(limit_bytes: number | null | undefined): number {
  return Math.min(PULL_BYTES.max, Math.max(PULL_BYTES.min, limit_bytes ?? PULL_BYTES.usual))
}

/** `audiences/2025-05`; platforms are one partition. */
function partitionName(name: string, month: Month): string {
  return month === '' ? name : `${name}/${spelled(month)}`
}
