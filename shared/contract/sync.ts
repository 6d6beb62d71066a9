import * as z from 'zod/mini'

import { isObject } from '../base/is-object.ts'
import { audience } from '../records/audience.ts'
import { distributionSummary } from '../records/distribution.ts'
import { platform } from '../records/platform.ts'
import { clientId } from './client-id.ts'
import { partialProblem } from './problem-document.ts'
import type { Routes } from './route.ts'
import { undoAnswer, undoBody } from './undo.ts'

/** The routes of the sync function: what a device asks of the server, and what it has changed itself. */

const CURSOR_CHARACTERS_MAX = 256 * 1024
const PUSH_MUTATIONS_MAX = 1000
/** Of the rows in an answer to a pull; a `limit_bytes` beyond is taken as the nearest of these. */
export const PULL_BYTES = { min: 1024, usual: 1_000_000, max: 4 * 1024 * 1024 } as const

const sequence = z.int().check(z.minimum(1))
const total = z.int().check(z.minimum(0))
/** Short names of programs and errors: nothing that a user has written fits in. */
const plainName = z.string().check(z.regex(/^[\w.+:-]{1,64}$/))

/** What a client tells of itself, for the operator's metrics. */
const TELEMETRY = {
  app_version: plainName,
  mode: z.enum(['guest', 'account']),
  flag: z.enum(['on', 'off']),
  outbox_pending: total,
  invalid: total,
  load_ms: z.number().check(z.minimum(0), z.maximum(600_000)),
  errors: z.object({ count: total, last: z.nullish(z.object({ name: plainName, build: z.nullish(plainName) })) }),
}
/** Each member by itself: what another release of the client tells differently is left out, and never stops a sync. */
const telemetry = z.pipe(
  z.unknown(),
  z.transform((told: unknown): { [Name in keyof typeof TELEMETRY]?: z.output<(typeof TELEMETRY)[Name]> } => {
    const known: Record<string, unknown> = {}
    for (const [name, schema] of Object.entries(TELEMETRY)) {
      const read = schema.safeParse(isObject(told) ? told[name] : undefined)
      if (read.success) known[name] = read.data
    }
    return known
  }),
)
export type ClientTelemetry = z.output<typeof telemetry>

const pullBody = z.strictObject({
  client_id: clientId,
  cursor: z.nullish(z.string().check(z.maxLength(CURSOR_CHARACTERS_MAX))),
  limit_bytes: z.nullish(z.int()),
  client: z.optional(telemetry),
})

/** A record as a pull brings it: a distribution goes without `audience_snapshot` and `attempts`, a deleted one is its id. */
const gone = { version: z.int(), deleted: z.literal(true) }
const row = z.union([
  audience,
  platform,
  distributionSummary,
  z.object({ audience_id: z.string(), ...gone }),
  z.object({ platform_id: z.string(), ...gone }),
  z.object({ distribution_id: z.string(), ...gone }),
])

const pullAnswer = z.object({
  success: z.literal(true),
  partitions: z.array(
    z.object({
      partition: z.string(),
      reset: z.boolean(),
      put_back_to: z
        .optional(z.iso.datetime())
        .check(
          z.describe(
            'Of a reset because the service was put back to an earlier state: what was done to these records after this moment is lost there, as far as the rows do not show it.',
          ),
        ),
      rows: z.array(row),
      last: z.boolean(),
    }),
  ),
  cursor: z.string(),
  more: z.boolean(),
  unreadable: z
    .optional(z.array(z.string()))
    .check(z.describe('Partitions that cannot be read at the moment. The cursor stays where it was in them.')),
})

/** The envelope of a change; what it says of its record is judged by itself. */
const sentMutation = z.looseObject({
  seq: sequence,
  mutation_id: z.string().check(z.minLength(1), z.maxLength(255)),
})
export type SentMutation = z.output<typeof sentMutation>

const mutations = z.array(sentMutation).check(
  z.maxLength(PUSH_MUTATIONS_MAX),
  z.superRefine((sent, context) => {
    const ids = new Set<string>()
    for (const [at, { seq, mutation_id }] of sent.entries()) {
      const before = sent[at - 1]
      if (before && seq <= before.seq) {
        context.addIssue({ code: 'custom', path: [at, 'seq'], message: 'must be above the one before it' })
      }
      if (ids.has(mutation_id)) {
        context.addIssue({ code: 'custom', path: [at, 'mutation_id'], message: 'is used twice' })
      }
      ids.add(mutation_id)
    }
  }),
)

const migration = z.strictObject({
  id: z.string().check(z.minLength(1), z.maxLength(255)),
  expected: total,
  found: total,
})

const pushBody = z
  .strictObject({
    client_id: clientId,
    acked: total,
    mutations,
    migration: z.nullish(migration),
    client: z.optional(telemetry),
  })
  .check(
    z.superRefine(({ acked, mutations: [first] }, context) => {
      if (first && first.seq <= acked) {
        context.addIssue({ code: 'custom', path: ['mutations', 0, 'seq'], message: 'must be above acked' })
      }
    }),
  )
export type PushRequest = z.output<typeof pushBody>

export const pushStatus = z.enum(['applied', 'merged', 'duplicate', 'conflict', 'invalid', 'retry'])
export type PushStatus = z.output<typeof pushStatus>

const result = z.object({
  seq: z.int(),
  status: pushStatus,
  version: z.optional(z.int()),
  fields: z.optional(z.array(z.string())),
  server: z.optional(z.nullable(row)),
  retry_after_ms: z.optional(z.int()),
  problem: z.optional(partialProblem),
})

const pushAnswer = z.object({ success: z.literal(true), results: z.array(result) })

export const syncRoutes = {
  pull: {
    function: 'sync',
    method: 'POST',
    path: '/api/sync/pull',
    summary: 'What has changed since a cursor, in all of your records.',
    access: 'user',
    body: pullBody,
    answers: { 200: { description: 'One page; with `more`, ask again with its cursor.', body: pullAnswer } },
  },
  push: {
    function: 'sync',
    method: 'POST',
    path: '/api/sync/push',
    summary: 'Changes that a client made on its own, in order.',
    access: 'user',
    body: pushBody,
    answers: { 200: { description: 'One result for each change, in order.', body: pushAnswer } },
  },
  undo: {
    function: 'sync',
    method: 'POST',
    path: '/api/undo',
    summary: 'Take back what you have changed since a moment of the last day, or ask what that would do.',
    access: 'user',
    body: undoBody,
    answers: { 200: { description: 'What was taken back, and what was left as it is.', body: undoAnswer } },
  },
} as const satisfies Routes
