import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createLocalIssuer, type LocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import type { Clock } from '#shared/base/clock.ts'
import type { Environment } from '#shared/settings/settings.ts'
import { createFunctionServer } from '#shared/http/server/function-server.ts'
import type { Log, LogEntry } from '#shared/logging/log.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'
import { createToyApp } from './toy-function.ts'

/** The edge as it runs: a real issuer, the framework's server, real HTTP. */
export interface Running {
  url: string
  issuer: LocalIssuer
  issuer_server: Server
  environment: Environment
  /** Every entry logged so far. */
  lines: LogEntry[]
  token(user_id?: string, claims?: Record<string, unknown>): Promise<string>
  /** fetch with a token of `demo_user` unless `authorization` is given, and JSON of `json`. */
  call(path: string, init?: RequestInit & { json?: unknown }): Promise<Response>
  close(): Promise<void>
}

export function collectingLog(): Log & { lines: LogEntry[] } {
  const lines: LogEntry[] = []
  return { lines, write: (entry) => void lines.push(entry), flush: async () => undefined }
}

export async function listening(server: Server, port = 0): Promise<string> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

type Options = {
  environment?: Environment
  clock?: Clock
} & Pick<NonNullable<Parameters<typeof createToyApp>[1]>, 'probe' | 'request_duration_ms_max' | 'ending'>

export async function startToy({ environment: extra = {}, clock, ...overrides }: Options = {}): Promise<Running> {
  const data_dir = await mkdtemp(join(tmpdir(), 'edge-'))
  const issuer_server = createServer()
  const issuer_url = await listening(issuer_server)
  await shareIssuerKey(data_dir)
  const issuer = await createLocalIssuer({ data_dir, issuer: issuer_url, audience: 'app', ...(clock && { clock }) })
  issuer_server.on('request', issuer.listener)

  const environment: Environment = {
    OIDC_ISSUERS: JSON.stringify([{ issuer: issuer_url, audiences: ['app'] }]),
    USER_HASH_SALT: 'a salt for tests only',
    ALLOWED_ORIGINS: 'https://app.example.com',
    ...extra,
  }
  const log = collectingLog()
  const server = createFunctionServer(createToyApp(environment, { log, ...(clock && { clock }), ...overrides }))
  const url = await listening(server)

  const token: Running['token'] = (user_id = 'demo_user', claims = {}) => issuer.sign({ sub: user_id, ...claims })
  return {
    url,
    issuer,
    issuer_server,
    environment,
    lines: log.lines,
    token,
    async call(path, { json, ...init } = {}) {
      const headers = new Headers(init.headers)
      if (!headers.has('authorization')) headers.set('authorization', `Bearer ${await token()}`)
      if (json !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json')
      const body = json === undefined ? init.body : JSON.stringify(json)
      return fetch(`${url}${path}`, { ...init, headers, ...(body !== undefined && { body }) })
    },
    async close() {
      await Promise.all([closed(server), closed(issuer_server)])
      await rm(data_dir, { recursive: true })
    },
  }
}

/** The JSON of an answer, as the tests look into it. */
export async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>
}
