import { Problem } from '#shared/base/problem.ts'
import type { PushRequest, PushStatus, syncRoutes } from '#shared/contract/sync.ts'
import type { Call, Handlers } from '#shared/http/call.ts'
import { type AnswerMemory, givenUp } from '#shared/resources/answer-memory.ts'
import { writerOf } from '#shared/resources/record-service.ts'
import type { GuestMigration } from './migration.ts'
import type { Pull } from './pull/pull.ts'
import type { Push } from './push/push.ts'
import type { PushResult } from './push/results.ts'
import type { Undo } from './undo/undo.ts'

/** The sync routes. Knows no adapter. */
export interface SyncDependencies {
  readonly pull: Pull
  readonly push: Push
  readonly undo: Undo
  readonly memory: AnswerMemory
  readonly recordMigration: (migration: {
    user_id: string
    client_id: string
    migration: GuestMigration
  }) => Promise<void>
}

/** Memory that an answer takes while it is made. */
const WORK_BYTES = 8 * 1024 * 1024

export function syncHandlers({
  pull,
  push,
  undo,
  memory,
  recordMigration,
}: SyncDependencies): Handlers<typeof syncRoutes> {
  return {
    pull: async (call) => {
      noteSender(call, call.body)
      const setTaken = await memory.takeForPage(call, WORK_BYTES)
      const { json, facts } = await pull.page(call.caller.user_id, call.body, call.signal).catch((error: unknown) => {
        throw call.signal.aborted ? givenUp() : error
      })
      setTaken(json.reduce((sum, { length }) => sum + length, 0))
      call.noteSync(facts)
      return { status: 200, json }
    },

    push: async (call) => {
      noteSender(call, call.body)
      const { client_id, migration, mutations } = call.body
      const { user_id } = call.caller
      const results = await push.results(user_id, call.body)
      call.noteSync({ mutations: mutations.length, ...countsOf(results) })
      if (migration) await recordMigration({ user_id, client_id, migration })
      return { status: 200, body: { results } }
    },

    undo: async (call) => {
      await memory.takeForPage(call, WORK_BYTES)
      const caller = { user_id: call.caller.user_id, writer: writerOf(call), signal: call.signal }
      return { status: 200, body: { ...(await undo.answer(caller, call.body)) } }
    },
  }
}

/** @throws Problem `invalid-input` when header and body name different clients */
function noteSender(call: Call, { client_id, client }: Pick<PushRequest, 'client_id' | 'client'>): void {
  if (client) call.noteClient(client)
  if (call.client_id === null || call.client_id === client_id) return
  const message = 'must be the client_id of the body, or be left out'
  throw new Problem('invalid-input', `Client-Id ${message}.`, { errors: [{ path: 'Client-Id', message }] })
}

function countsOf(results: readonly PushResult[]): { readonly [Status in PushStatus]: number } {
  const counts = { applied: 0, merged: 0, duplicate: 0, conflict: 0, invalid: 0, retry: 0 }
  for (const { status } of results) counts[status]++
  return counts
}
