import { once } from 'node:events'

import * as z from 'zod/mini'

import { Problem } from '#shared/base/problem.ts'
import { type Clock, systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { currentTrace } from '#shared/base/trace.ts'
import { integerInText } from '#shared/contract/integer-in-text.ts'
import type { Routes } from '#shared/contract/route.ts'
import { syncRoutes } from '#shared/contract/sync.ts'
import { type AppOptions, createApp } from '#shared/http/app.ts'
import type { Handlers } from '#shared/http/call.ts'
import { edgeSettings } from '#shared/settings/edge-settings.ts'
import type { FunctionApp, Overrides } from '#shared/http/server/function-app.ts'
import { streamLog } from '#shared/logging/log.ts'
import { type Environment, readSettings } from '#shared/settings/settings.ts'

/** A function with one route for each thing the edge does, to look at the edge alone. */

const segment = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(20)),
  size: z._default(z.nullable(z.int().check(z.minimum(0))), null),
})

const thing = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(200)),
  status: z._default(z.enum(['draft', 'active']), 'active'),
  segments: z._default(z.array(segment).check(z.maxLength(1000)), []),
  metadata: z._default(z.record(z.string(), z.unknown()), {}),
  reference: z.optional(z.union([z.int(), z.string().check(z.maxLength(5))])),
})

const ok = { 200: { description: 'What was understood' } }
const base = { function: 'audiences', access: 'user', summary: '', answers: ok } as const

export const toyRoutes = {
  create: { ...base, method: 'POST', path: '/api/audiences', body: thing, idempotent_by_key: true },
  list: {
    ...base,
    method: 'GET',
    path: '/api/audiences',
    query: z.strictObject({
      limit: z._default(integerInText(1, 200), 50),
      tag: z.optional(z.array(z.string())),
      q: z.optional(z.string()),
    }),
  },
  get: { ...base, method: 'GET', path: '/api/audiences/{id}', answers: { ...ok, 304: { description: 'As it was' } } },
  patch: { ...base, method: 'PATCH', path: '/api/audiences/{id}', body: z.partial(thing), conditional: true },
  restore: { ...base, method: 'POST', path: '/api/audiences/{id}/restore', idempotent_by_key: true },
  export: { ...base, method: 'GET', path: '/api/audiences/export', query: z.strictObject({ how: z.string() }) },
  fail: { ...base, method: 'POST', path: '/api/audiences/fail', body: z.strictObject({ how: z.string() }) },
  push: { ...base, method: 'POST', path: '/api/audiences/push', body: syncRoutes.push.body },
  operate: { ...base, access: 'operator', method: 'POST', path: '/api/audiences/operate' },
  greet: { ...base, access: 'optional', method: 'GET', path: '/api/audiences/greet' },
} as const satisfies Routes

/**
 * `slow 600` answers after so many milliseconds, `slow SIGTERM 600` after so many from SIGTERM on, and `after 3` once
 * three slow requests have begun.
 */
export interface ToyState {
  started: number
  aborted: number
  produced_chunks: number
  ended_streams: number
}

export const toyState: ToyState = { started: 0, aborted: 0, produced_chunks: 0, ended_streams: 0 }

const CHUNK = new Uint8Array(64 * 1024).fill(0x61)

async function* chunks(count: number, how: string, clock: Clock): AsyncGenerator<Uint8Array> {
  try {
    for (let index = 0; index < count; index++) {
      if (how === 'absent' || (how === 'breaks' && index === 3)) throw new Error('the store went away half-way')
      toyState.produced_chunks += 1
      yield CHUNK
      if (how === 'endless') await clock.sleep(1)
    }
  } finally {
    toyState.ended_streams += 1
  }
}

function failure(how: string): unknown {
  switch (how) {
    case 'contended':
      return new Problem('contended', 'Many writers', { retry_after_ms: 1_200, members: { outcome: 'unknown' } })
    case 'injects':
      return new Problem('conflict', 'No', { headers: { 'X-Note': 'a\r\nSet-Cookie: b=c' } })
    case 'store':
      return new StoreAway('no route to 10.0.0.1, secret token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln')
    default:
      return new Error('a secret: Bearer abc.def.ghi', { cause: new Error('line one\nline two') })
  }
}

class StoreAway extends Error {}

const NO_RESULTS = { applied: 0, merged: 0, duplicate: 0, conflict: 0, invalid: 0, retry: 0 }

function toyHandlers(clock: Clock): Handlers<typeof toyRoutes> {
  return {
    create: async ({ caller, body, idempotency, noteRecord }) => {
      currentTrace().store_writes += 1
      noteRecord('aud_01')
      return { status: 201, headers: { ETag: '"1"' }, body: { user_id: caller.user_id, body, idempotency } }
    },
    list: async ({ query, caller, is_old_client }) => ({ status: 200, body: { query, caller, is_old_client } }),
    get: async ({ params, condition, matchesIfNoneMatch }) => {
      if (matchesIfNoneMatch('"7"')) return { status: 304, headers: { ETag: '"7"' } }
      return { status: 200, headers: { ETag: '"7"' }, body: { id: params.id, condition } }
    },
    patch: async ({ params, body, condition }) => ({ status: 200, body: { id: params.id, body, condition } }),
    restore: async ({ params, idempotency }) => ({ status: 200, body: { id: params.id, idempotency } }),
    export: async ({ query }) => ({
      status: 200,
      headers: {
        'Content-Type': 'text/csv',
        'Cache-Control': 'no-store',
        'Content-Disposition': 'attachment; filename="a.csv"',
      },
      stream: chunks(query.how === 'endless' ? 1_000_000 : 32, query.how, clock),
    }),
    fail: async ({ body: { how }, signal }) => {
      if (how.startsWith('after')) {
        const count = Number(how.slice(5))
        while (toyState.started < count) await clock.sleep(5, signal)
        return { status: 200, body: { started: toyState.started } }
      }
      if (how.startsWith('slow')) {
        toyState.started += 1
        if (how.includes('SIGTERM')) await once(process, 'SIGTERM')
        await clock.sleep(Number(/\d+/.exec(how)![0]), signal)
        if (signal.aborted) toyState.aborted += 1
        return { status: 200, body: { slept: true } }
      }
      throw failure(how)
    },
    push: async ({ body: { client, mutations }, noteClient, noteSync }) => {
      if (client) noteClient(client)
      noteSync({ ...NO_RESULTS, mutations: mutations.length, retry: mutations.length })
      return { status: 200 }
    },
    operate: async ({ caller }) => ({ status: 200, body: { email: caller.email } }),
    greet: async ({ caller }) => ({ status: 200, body: { greeted: caller?.user_id ?? 'guest' } }),
  }
}

type Extra = Partial<Pick<AppOptions<typeof toyRoutes>, 'probe' | 'request_duration_ms_max'>>

export function createToyApp(environment: Environment, overrides: Overrides & Extra = {}): FunctionApp {
  const settings = readSettings(edgeSettings, environment)
  const { clock = systemClock, random = systemRandom, log, ...extra } = overrides
  return createApp({
    function: 'audiences',
    routes: toyRoutes,
    handlers: toyHandlers(clock),
    settings,
    clock,
    random,
    log: log ?? streamLog(clock, { level: settings.LOG_LEVEL }),
    explain: (error) =>
      error instanceof StoreAway
        ? new Problem('unavailable', 'The store does not answer', { retry_after_ms: 2_000, cause: error })
        : undefined,
    ...extra,
  })
}
