import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { FUNCTION_FACTORIES } from '#infra/local/functions.ts'
import { startLocalRuntime, type LocalRuntime } from '#infra/local/runtime.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'
import { bundlePage } from './chromium.ts'
import type { AppConfig } from './page/app-config.ts'

/** A request that waits at the door, or its answer. */
export interface HeldRequest {
  /** It is here, or its answer is. */
  readonly arrived: Promise<void>
  /** Lets it go on; who asked may be gone. */
  release(): void
}

/** The page of page/app-page.ts and the whole service behind it, at one origin; a door between them that tests may close. */
export interface AppSite {
  readonly url: string
  /** Serves the page of another release from now on. */
  serve(code: Uint8Array): void
  /** Holds the next request to `path` before the service sees it, or its answer once it was made. */
  hold(path: string, what: 'request' | 'answer'): HeldRequest
  /** Nothing answers at this origin any more, or again. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Names of a user's live audiences, as the service has them. */
  audiencesOf(user_id: string): Promise<string[]>
  saveAudiences(user_id: string, names: readonly string[]): Promise<void>
  /** @returns puts a user's audiences back to what they are now, from outside, as a restored bucket does */
  keepAudiences(user_id: string): Promise<() => Promise<void>>
  end(): Promise<void>
}

const ISSUER = 'http://localhost/local/issuer'
const HOST = '127.0.0.1'
const SILENT = { write: () => undefined, flush: async () => undefined }

/** @param is_split each function at an origin of its own, which the page is told */
export async function startAppSite({ is_split = false } = {}): Promise<AppSite> {
  const data_dir = await mkdtemp(join(tmpdir(), 'app-site-'))
  await shareIssuerKey(data_dir)
  let code = await bundlePage('app-page.ts')
  const door = new Door(() => code)
  const port = await door.open(0)
  const url = `http://${HOST}:${port}/`
  const runtime = await startLocalRuntime({
    data_dir,
    port: 0,
    split: is_split,
    factories: FUNCTION_FACTORIES,
    log: SILENT,
    fsync: false,
    environment: { ALLOWED_ORIGINS: `http://${HOST}:${port}` },
  })
  door.leadTo(runtime, is_split)
  const callAs = callsOf(runtime)
  return {
    url,
    serve: (next) => void (code = next),
    hold: (path, what) => door.hold(path, what),
    stop: () => door.close(),
    start: async () => void (await door.open(port)),
    audiencesOf: async (user_id) => {
      const names: string[] = []
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: AudiencesPage = await callAs(user_id, `?limit=100${cursor && `&cursor=${cursor}`}`)
        names.push(...page.audiences.map(({ name }) => name))
        cursor = page.next_cursor
      }
      return names.toSorted()
    },
    saveAudiences: async (user_id, names) => {
      await Promise.all(names.map((name) => callAs(user_id, '', { name })))
    },
    keepAudiences: async (user_id) => {
      const bucket = `${runtime.storage_url}/storage/v1/b/activation-local/o`
      const listed = await fetch(`${bucket}?prefix=${encodeURIComponent(`audiences/user_id=${user_id}/`)}`)
      const { items } = (await listed.json()) as { items: readonly { name: string }[] }
      const kept = items.map(async ({ name }) => {
        const media = await fetch(`${bucket}/${encodeURIComponent(name)}?alt=media`)
        return { name, body: await media.arrayBuffer() }
      })
      const objects = await Promise.all(kept)
      return async () => {
        const upload = `${runtime.storage_url}/upload/storage/v1/b/activation-local/o?uploadType=media&name=`
        for (const { name, body } of objects) {
          const answer = await fetch(upload + encodeURIComponent(name), { method: 'POST', body })
          if (!answer.ok) throw new Error(`the storage answered ${answer.status}: ${await answer.text()}`)
        }
      }
    },
    end: async () => {
      await door.close()
      await runtime.end()
      await rm(data_dir, { recursive: true, force: true })
    },
  }
}

interface AudiencesPage {
  readonly audiences: readonly { readonly name: string }[]
  readonly next_cursor: string | null
}

function callsOf({ url, function_urls }: LocalRuntime) {
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = async (user_id: string): Promise<string> => {
    const answer = await fetch(`${url}/local/token`, { method: 'POST', body: JSON.stringify({ user_id }) })
    return ((await answer.json()) as { id_token: string }).id_token
  }
  return async (user_id: string, search: string, body?: object): Promise<AudiencesPage> => {
    let token = tokens.get(user_id)
    if (token === undefined) tokens.set(user_id, (token = tokenOf(user_id)))
    const answer = await fetch(`${function_urls.audiences}/api/audiences${search}`, {
      headers: { Authorization: `Bearer ${await token}`, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`the service answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as AudiencesPage
  }
}

/** Serves the page, and hands everything else to the service. */
class Door {
  readonly #code: () => Uint8Array
  readonly #held: { path: string; what: 'request' | 'answer'; arrive(): void; released: Promise<void> }[] = []
  #server: Server | undefined
  #service: URL | undefined
  #config: AppConfig | undefined

  constructor(code: () => Uint8Array) {
    this.#code = code
  }

  leadTo({ url, function_urls }: LocalRuntime, is_split: boolean): void {
    this.#service = new URL(url)
    this.#config = {
      origins: is_split ? function_urls : '',
      token_url: is_split ? `${url}/local/token` : '/local/token',
      issuer: ISSUER,
      app_version: '1.0.0+test',
    }
  }

  async open(port: number): Promise<number> {
    const server = createServer((request, response) => this.#answer(request, response))
    await new Promise<void>((resolve) => server.listen(port, HOST, resolve))
    this.#server = server
    return (server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server) return
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }

  hold(path: string, what: 'request' | 'answer'): HeldRequest {
    const arrived = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    this.#held.push({ path, what, arrive: arrived.resolve, released: released.promise })
    return { arrived: arrived.promise, release: released.resolve }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '/' } = request
    if (url === '/page.js') {
      // Also for a frame without an origin.
      response.setHeader('Access-Control-Allow-Origin', '*')
      return void response.setHeader('Content-Type', 'text/javascript').end(this.#code())
    }
    const document = this.#documentAt(url)
    if (document !== undefined) return void response.setHeader('Content-Type', 'text/html').end(document)
    void this.#handOn(request, response)
  }

  #documentAt(url: string): string | undefined {
    if (url === '/') return pageOf(this.#config!)
    if (url === '/elsewhere') return '<!doctype html><title>Elsewhere</title>'
    if (url === '/without-origin') return '<!doctype html><iframe sandbox="allow-scripts" src="/"></iframe>'
    return undefined
  }

  async #handOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', method } = request
    await this.#wait(url, 'request')
    const { hostname, port } = this.#service!
    const handed = httpRequest({ hostname, port, path: url, method, headers: request.headers })
    handed.on('error', () => response.destroy())
    handed.on('response', (answer) => {
      void this.#wait(url, 'answer').then(() => {
        response.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(response)
      })
    })
    request.pipe(handed)
  }

  async #wait(url: string, what: 'request' | 'answer'): Promise<void> {
    const at = this.#held.findIndex((held) => held.what === what && url.startsWith(held.path))
    const [held] = at < 0 ? [] : this.#held.splice(at, 1)
    held?.arrive()
    await held?.released
  }
}

function pageOf(config: AppConfig): string {
  const text = JSON.stringify(config).replaceAll('<', '\\u003c')
  return (
    '<!doctype html><title>Audiences</title><p id="status"></p><ul id="audiences"></ul>' +
    `<script id="config" type="application/json">${text}</script><script type="module" src="/page.js"></script>`
  )
}
