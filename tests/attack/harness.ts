import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { FUNCTION_FACTORIES } from '#infra/local/functions.ts'
import { startLocalRuntime } from '#infra/local/runtime.ts'
import { systemClock } from '#shared/base/clock.ts'
import { streamLog } from '#shared/logging/log.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'

/** Every function behind the gateway on all stand-ins, and a client that sends exactly the given bytes. */
export interface AttackedSystem {
  readonly url: string
  /** The log as it would reach Cloud Logging: how many lines there are, and the text from one of them on. */
  lineCount(): number
  loggedSince(line_count: number): string
  /** The line of one request. */
  lineOf(request_id: string): string
  send(sent: SentRequest): Promise<Received>
  tokenOf(user_id: string): Promise<string>
  operatorToken(): Promise<string>
  /** Where the stand-in of Cloud Storage is asked. */
  readonly storage_url: string
  close(): Promise<void>
}

export interface SentRequest {
  readonly method: string
  /** Path and query exactly as they go onto the wire. */
  readonly target: string
  /** A list repeats the header. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: Uint8Array | undefined
}

export interface Received {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Name and value in turn, as they came. */
  readonly raw_headers: readonly string[]
  readonly bytes: Buffer
  /** The JSON of the answer; `undefined` when it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined
}

export async function startAttacked(): Promise<AttackedSystem> {
  const data_dir = await mkdtemp(join(tmpdir(), 'attack-'))
  const lines: string[] = []
  const lines_by_id = new Map<string, string>()
  const stream = {
    writableLength: 0,
    write(text: string, written?: () => void) {
      lines.push(text)
      const request_id = /"httpRequest".*"request_id":"([^"]*)"/.exec(text)?.[1]
      if (request_id !== undefined) lines_by_id.set(request_id, text)
      written?.()
      return true
    },
  }
  const log = streamLog(systemClock, { stream })
  await shareIssuerKey(data_dir)
  const runtime = await startLocalRuntime({ data_dir, port: 0, factories: FUNCTION_FACTORIES, log, fsync: false })
  const agent = new Agent({ keepAlive: true })
  const send = (sent: SentRequest) => sendTo(runtime.url, agent, sent)
  const tokens = new Map<string, Promise<string>>()
  const tokenFor = (asked: Record<string, string>): Promise<string> => {
    const key = JSON.stringify(asked)
    const known = tokens.get(key)
    if (known !== undefined) return known
    const made = send({ method: 'POST', target: '/local/token', body: Buffer.from(key) }).then(
      ({ json }) => json!['id_token'] as string,
    )
    tokens.set(key, made)
    return made
  }
  return {
    url: runtime.url,
    storage_url: runtime.storage_url,
    lineCount: () => lines.length,
    loggedSince: (line_count) => lines.slice(line_count).join(''),
    lineOf: (request_id) => lines_by_id.get(request_id)!,
    send,
    tokenOf: (user_id) => tokenFor({ user_id }),
    operatorToken: () => tokenFor({ user_id: 'scheduler', email: 'operator@example.com', audience: runtime.url }),
    async close() {
      agent.destroy()
      await runtime.end()
      await rm(data_dir, { recursive: true, force: true })
    },
  }
}

/** Unlike fetch it normalises nothing: neither dot segments nor percent-encoding nor headers. */
function sendTo(url: string, agent: Agent, { method, target, headers = {}, body }: SentRequest): Promise<Received> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) }
    const request = httpRequest(
      { hostname, port, agent, method, path: target, headers: { ...length, ...headers } },
      (response) => {
        const chunks: Buffer[] = []
        response
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () => {
            const bytes = Buffer.concat(chunks)
            const { statusCode: status = 0, headers, rawHeaders: raw_headers } = response
            resolve({ status, headers, raw_headers, bytes, json: jsonOf(headers, bytes) })
          })
          .on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

function jsonOf(headers: IncomingHttpHeaders, bytes: Buffer): Received['json'] {
  if (!/json/.test(headers['content-type'] ?? '') || bytes.length === 0) return undefined
  return JSON.parse(bytes.toString('utf8')) as Received['json']
}

export const jsonBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
