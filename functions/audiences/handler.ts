import type { Clock } from '#shared/base/clock.ts'
import { isoTime } from '#shared/base/clock.ts'
import { idTime_ms } from '#shared/base/ids.ts'
import { Problem } from '#shared/base/problem.ts'
import type { audienceRoutes } from '#shared/contract/audiences.ts'
import type { Answer, Call, Handlers } from '#shared/http/call.ts'
import { versionTag } from '#shared/http/conditions.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { decodeCursor, encodeCursor } from '#shared/records/cursor.ts'
import {
  decideDelete,
  decidePatch,
  decideRestore,
  decideSave,
  decideStatus,
  notFound,
  presentRecord,
  presentSummary,
  type Asking,
} from '#shared/records/decisions.ts'
import type { Mutation, Outcome } from '#shared/table/mutation.ts'
import type { Row } from '#shared/table/schema.ts'
import type { Table } from '#shared/table/table.ts'
import { exportFile } from './export.ts'
import { audienceFilter } from './filter.ts'

/** The audiences routes over a table of audiences. Knows no adapter. */
export interface AudienceDependencies {
  readonly audiences: Table
  readonly clock: Clock
}

const PAGE_ROWS = 50

export function audienceHandlers({ audiences, clock }: AudienceDependencies): Handlers<typeof audienceRoutes> {
  const change = async (
    call: Call,
    id: string,
    decide: (asking: Asking, current: Row | undefined) => ReturnType<Mutation['decide']>,
  ): Promise<Changed> => {
    call.noteRecord(id)
    const asking = askingOf(call)
    const outcome = await audiences.mutate(call.caller.user_id, {
      id,
      idempotency: call.idempotency,
      size_bytes: bodyBytes(call),
      decide: (current) => decide(asking, current),
    })
    return settle(call, outcome)
  }

  return {
    saveAudience: async (call) => {
      const { audience_id, ...sent } = call.body
      if (audience_id !== undefined) requireTimelyId(audience_id, clock.now_ms())
      const asking = askingOf(call)
      const outcome = await audiences.create(call.caller.user_id, {
        id: audience_id,
        idempotency: call.idempotency,
        size_bytes: bodyBytes(call),
        decide: (id, current) => decideSave(asking, id, createdAt(id), current, sent),
      })
      const { status, row, headers } = settle(call, outcome)
      const id = String(row[AUDIENCES.id_column])
      call.noteRecord(id)
      const message = status === 201 ? 'Audience saved' : 'Audience updated'
      return answer(call, { status, row, headers }, { audience_id: id, message })
    },

    listAudiences: async ({ caller, query }) => {
      const is_full = query.view === 'full'
      const { rows, next } = await audiences.page(caller.user_id, {
        limit: query.limit ?? PAGE_ROWS,
        after: query.cursor === undefined ? undefined : decodeCursor(query.cursor),
        with_details: is_full,
        matches: audienceFilter(query),
      })
      const shown = rows.map((row) =>
        is_full ? presentRecord(AUDIENCES, caller.user_id, row) : summary(caller.user_id, row),
      )
      const next_cursor = next ? encodeCursor(next) : null
      return { status: 200, body: { audiences: shown, count: shown.length, next_cursor } }
    },

    getAudience: async (call) => {
      call.noteRecord(call.params.audience_id)
      const row = await liveRow(call, call.params.audience_id)
      const etag = versionTag(Number(row['version']))
      if (call.matchesIfNoneMatch(etag)) return { status: 304, headers: { ETag: etag } }
      return answer(call, { status: 200, row, headers: {} })
    },

    patchAudience: async (call) => {
      const { audience_id: _, ...patch } = call.body
      return answer(call, await change(call, call.params.audience_id, (asking, row) => decidePatch(asking, row, patch)))
    },

    deleteAudience: async (call) => {
      await change(call, call.params.audience_id, decideDelete)
      return { status: 204 }
    },

    restoreAudience: async (call) => {
      const restored = await change(call, call.params.audience_id, decideRestore)
      return answer(call, restored, { message: `Audience restored; it is ${String(restored.row['status'])}` })
    },

    setAudienceStatus: async (call) => {
      const { status } = call.body
      const changed = await change(call, call.params.audience_id, (asking, row) => decideStatus(asking, row, status))
      return answer(call, changed, { message: `Audience is ${status}` })
    },

    exportAudience: async (call) => {
      call.noteRecord(call.params.audience_id)
      const row = await liveRow(call, call.params.audience_id)
      return exportFile({
        format: call.query.format ?? 'json',
        name: String(row['name']),
        user_id: call.caller.user_id,
        lots: single([row]),
      })
    },

    exportAudiences: async ({ caller, query }) => {
      const lots = audiences.lots(caller.user_id, audienceFilter(query))
      // The first lot is read before the status line is sent: a store that is away is a 503, not a broken file.
      const first = await lots.next()
      return exportFile({
        format: query.format ?? 'json',
        name: `audiences ${isoTime(clock.now_ms()).slice(0, 10)}`,
        user_id: caller.user_id,
        lots: resume(first, lots),
      })
    },
  }

  async function liveRow({ caller }: Call, id: string): Promise<Row> {
    const row = await audiences.get(caller.user_id, id)
    if (!row || row['deleted'] === true) throw notFound(AUDIENCES)
    return row
  }
}

/** A change that stands: the record after it, and what the answer says of how it came about. */
interface Changed {
  readonly status: number
  readonly row: Row
  readonly headers: Readonly<Record<string, string>>
}

/** @throws Problem when the change was refused, or was carried out before and the record is gone since */
function settle(call: Call, outcome: Outcome): Changed {
  switch (outcome.kind) {
    case 'refused':
      throw outcome.problem
    case 'replayed':
      call.noteRecord(outcome.id)
      if (!outcome.row || outcome.row['deleted'] === true) throw notFound(AUDIENCES)
      return { status: outcome.status, row: outcome.row, headers: { 'Idempotency-Replayed': 'true' } }
    case 'written':
    case 'kept':
      return { status: outcome.status, row: outcome.row, headers: {} }
  }
}

function answer({ caller }: Call, { status, row, headers }: Changed, members: Record<string, unknown> = {}): Answer {
  return {
    status,
    headers: { ...headers, ETag: versionTag(Number(row['version'])) },
    body: { ...members, audience: presentRecord(AUDIENCES, caller.user_id, row) },
  }
}

function summary(user_id: string, row: Row): Record<string, unknown> {
  const shown = presentSummary(AUDIENCES, user_id, row)
  return { ...shown, variable_count: (shown['selected_variables'] as readonly string[]).length }
}

function askingOf({ caller, if_match_version }: Call): Asking {
  return { kind: AUDIENCES, user_id: caller.user_id, if_match_version }
}

function bodyBytes({ body }: Call): number {
  return body === undefined ? 0 : JSON.stringify(body).length
}

function createdAt(id: string): string | undefined {
  const time_ms = idTime_ms(AUDIENCES.id_prefix, id)
  return time_ms === undefined ? undefined : isoTime(time_ms)
}

const EARLIEST_ID_MS = Date.UTC(2000, 0, 1)
const AHEAD_MAX_MS = 24 * 60 * 60 * 1000

/** An id that a client chose says when it was made; a client whose clock is far off is told so, by `code`. */
function requireTimelyId(id: string, now_ms: number): void {
  const time_ms = idTime_ms(AUDIENCES.id_prefix, id)
  if (time_ms === undefined || (time_ms >= EARLIEST_ID_MS && time_ms <= now_ms + AHEAD_MAX_MS)) return
  const message = 'carries a time before 2000 or more than a day ahead'
  throw new Problem('invalid-input', `${AUDIENCES.id_column} ${message}.`, {
    errors: [{ path: AUDIENCES.id_column, message }],
    members: { code: 'id_time', server_time: isoTime(now_ms) },
  })
}

async function* single(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows
}

async function* resume<T>(first: IteratorResult<T, void>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (first.done) return
  yield first.value
  yield* rest
}
