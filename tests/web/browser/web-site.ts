import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { buildApp, removeStaleApp } from '#infra/local/app-build.ts'
import { FUNCTION_FACTORIES } from '#infra/local/functions.ts'
import { startLocalRuntime, type LocalRuntime } from '#infra/local/runtime.ts'
import { type Clock, systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import type { FunctionFactory } from '#shared/http/server/function-app.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import type { Environment } from '#shared/settings/settings.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'

/** The app and the whole service behind it, as `npm start` has them. */
export interface WebSite {
  readonly url: string
  /** For programs of a user. */
  token(user_id: string): Promise<string>
  /** Saves a record of a user at the service. @param path of the route, as `/api/audiences` */
  save(user_id: string, path: string, record: object): Promise<Readonly<Record<string, unknown>>>
  /** As `save`, for a route that replaces what is there. */
  report(user_id: string, path: string, body: object): Promise<Readonly<Record<string, unknown>>>
  /** What a route answers to a user. */
  ask(user_id: string, path: string): Promise<Readonly<Record<string, unknown>>>
  /** Puts an object into the bucket, as an import of the old system's files does. */
  place(name: string, bytes: Uint8Array): Promise<void>
  end(): Promise<void>
}

const SILENT = { write: () => undefined, flush: async () => undefined }

export interface WebSiteOptions {
  /** Each function at an origin of its own. */
  readonly is_split?: boolean
  /** People sign in with the stand-in for Google's script. */
  readonly has_google?: boolean
  /** Further settings, such as SIZE_URL. */
  readonly environment?: Environment
  /** Of the service; browsers have their own. */
  readonly clock?: Clock
}

export async function startWebSite({
  is_split = false,
  has_google = false,
  environment = {},
  clock,
}: WebSiteOptions = {}): Promise<WebSite> {
  if (removeStaleApp() && !(await buildApp((text) => void process.stderr.write(text)))) throw new Error('no app')
  const data_dir = await mkdtemp(join(tmpdir(), 'web-site-'))
  await shareIssuerKey(data_dir)
  const runtime = await startLocalRuntime({
    data_dir,
    port: 0,
    split: is_split,
    google: has_google,
    environment,
    factories: clock ? factoriesAt(clock) : FUNCTION_FACTORIES,
    log: SILENT,
    fsync: false,
  })
  const token = tokensOf(runtime)
  const call = callsOf(runtime, token)
  return {
    url: runtime.function_urls.web,
    token,
    save: (user_id, path, record) => call(user_id, path, record),
    report: (user_id, path, body) => call(user_id, path, body, 'PUT'),
    ask: (user_id, path) => call(user_id, path),
    place: async (name, bytes) => {
      const store = gcsObjectStore({
        bucket: basename(runtime.objects_dir),
        api_endpoint: runtime.storage_url,
        clock: systemClock,
      })
      const condition = { if_generation: NO_OBJECT, crc32c: crc32c(bytes), content_type: 'application/octet-stream' }
      const result = await store.write(name, bytes, condition)
      if (result.kind !== 'written') throw new Error(`${name} was not placed`)
    },
    end: async () => {
      await runtime.end()
      await rm(data_dir, { recursive: true, force: true })
    },
  }
}

function factoriesAt(clock: Clock): typeof FUNCTION_FACTORIES {
  const entries = Object.entries(FUNCTION_FACTORIES).map(
    ([name, create]) =>
      [name, (settings, overrides) => create(settings, { ...overrides, clock })] as [string, FunctionFactory],
  )
  return Object.fromEntries(entries) as typeof FUNCTION_FACTORIES
}

/** Each user has one. */
function tokensOf({ url }: LocalRuntime): WebSite['token'] {
  const tokens = new Map<string, Promise<string>>()
  const ask = async (user_id: string): Promise<string> => {
    const answer = await fetch(`${url}/local/token`, { method: 'POST', body: JSON.stringify({ user_id }) })
    return ((await answer.json()) as { id_token: string }).id_token
  }
  return async (user_id) => {
    const known = tokens.get(user_id) ?? ask(user_id)
    tokens.set(user_id, known)
    return await known
  }
}

function callsOf({ function_urls }: LocalRuntime, token: WebSite['token']) {
  return async (
    user_id: string,
    path: string,
    body?: object,
    method = 'POST',
  ): Promise<Readonly<Record<string, unknown>>> => {
    const name = path.split(/[/?]/)[2] as keyof typeof function_urls
    const answer = await fetch(`${function_urls[name]}${path}`, {
      headers: { Authorization: `Bearer ${await token(user_id)}`, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { method, body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`the service answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Readonly<Record<string, unknown>>
  }
}
