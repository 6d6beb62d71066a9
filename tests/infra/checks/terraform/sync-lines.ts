import { onTestFinished } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { Problem } from '#shared/base/problem.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { CLIENT_ID_PREFIX } from '#shared/contract/client-id.ts'
import { syncRoutes } from '#shared/contract/sync.ts'
import { createApp } from '#shared/http/app.ts'
import type { SyncFacts } from '#shared/http/request/sync-facts.ts'
import { createFunctionServer } from '#shared/http/server/function-server.ts'
import { edgeSettings } from '#shared/settings/edge-settings.ts'
import { readSettings } from '#shared/settings/settings.ts'
import type { LogEntry as Line } from '#shared/logging/log.ts'
import { closed, collectingLog, listening, startToy } from '#tests/http/harness.ts'

/** What a pull or push of these tests comes to: its facts, or why it fails. */
export type Result = SyncFacts | Problem

export interface SyncEdge {
  readonly lines: readonly Line[]
  /** @param client what the client tells of itself, as sent */
  pull(result: Result, client?: object): Promise<number>
  push(result: Result, client?: object): Promise<number>
  /** What a browser asks before a request to another origin. */
  preflight(): Promise<number>
  health(): Promise<number>
}

const routes = {
  pull: { ...syncRoutes.pull, function: 'audiences' },
  push: { ...syncRoutes.push, function: 'audiences' },
} as const

/** The edge of sync, with handlers that answer whatever a test says: the lines are those of real requests. */
export async function syncEdge(): Promise<SyncEdge> {
  const toy = await startToy()
  const log = collectingLog()
  let result: Result
  const answer = (facts: (facts: SyncFacts) => void) => {
    if (result instanceof Problem) throw result
    facts(result)
    return { status: 200, body: {} }
  }
  const app = createApp({
    function: 'audiences',
    routes,
    handlers: {
      pull: async ({ body, noteClient, noteSync }) => {
        if (body.client) noteClient(body.client)
        return answer(noteSync)
      },
      push: async ({ body, noteClient, noteSync }) => {
        if (body.client) noteClient(body.client)
        return answer(noteSync)
      },
    },
    settings: readSettings(edgeSettings, toy.environment),
    clock: systemClock,
    random: systemRandom,
    log,
  })
  const server = createFunctionServer(app)
  const url = await listening(server)
  onTestFinished(async () => {
    await closed(server)
    await toy.close()
  })
  const headers = { authorization: `Bearer ${await toy.token()}`, 'content-type': 'application/json' }
  const client_id = newId(CLIENT_ID_PREFIX, systemClock.nowMs(), systemRandom)
  const send = async (path: string, wanted: Result, body: object) => {
    result = wanted
    const init = { method: 'POST', headers, body: JSON.stringify({ client_id, ...body }) }
    return (await fetch(`${url}${path}`, init)).status
  }
  return {
    lines: log.lines,
    pull: (wanted, client) => send(syncRoutes.pull.path, wanted, { client }),
    push: (wanted, client) => send(syncRoutes.push.path, wanted, { acked: 0, mutations: [], client }),
    preflight: async () => (await fetch(`${url}${syncRoutes.push.path}`, { method: 'OPTIONS' })).status,
    health: async () => (await fetch(`${url}/api/audiences/health`)).status,
  }
}
