import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { createRemoteJWKSet, jwtVerify } from 'jose'

import { JWKS_PATH } from '#infra/stand-ins/issuer/issuer.ts'
import { isoTime, systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { audienceInput } from '#shared/records/audience.ts'
import { postgresStore, sqliteStore } from './peer-stores.ts'

/**
 * The routes that are measured as a plain service on a database: the token checked, the body validated by the same
 * schema, one row written or read. It has no conditions, keys, history, limits or logs.
 */
const [issuer = '', kind, ...where] = process.argv.slice(2)
const store = kind === 'postgres' ? await postgresStore(where[0] ?? '', Number(where[1])) : sqliteStore(where[0] ?? '')
const keys = createRemoteJWKSet(new URL(JWKS_PATH, issuer))
const users = new Map<string, string>()

const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1', () => {
  process.stdout.write(
    `${JSON.stringify({ url: `http://127.0.0.1:${(server.address() as { port: number }).port}` })}\n`,
  )
})

// Between two rounds connections stay open.
server.keepAliveTimeout = 600_000

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const user_id = await userOf(request.headers.authorization?.slice('Bearer '.length) ?? '')
  const [path = '', query] = (request.url ?? '').split('?')
  const id = path.split('/')[3]
  if (request.method === 'POST') return save(user_id, await text(request), response)
  if (id === undefined) {
    const rows = await store.summaries(user_id, Number(new URLSearchParams(query).get('limit')))
    return send(response, 200, `{"success":true,"audiences":[${rows.join(',')}],"count":${rows.length}}`)
  }
  const full = await store.get(user_id, id)
  send(response, full === undefined ? 404 : 200, `{"success":true,"audience":${full ?? null}}`)
}

/** A token is verified once. */
async function userOf(token: string): Promise<string> {
  const known = users.get(token)
  if (known !== undefined) return known
  const { payload } = await jwtVerify(token, keys, { issuer, audience: 'app' })
  users.set(token, payload.sub ?? '')
  return payload.sub ?? ''
}

async function save(user_id: string, body: string, response: ServerResponse): Promise<void> {
  const { data, error } = audienceInput.safeParse(JSON.parse(body))
  if (!data) return send(response, 400, JSON.stringify({ success: false, error: error.issues }))
  const now_ms = systemClock.nowMs()
  const id = data.audience_id ?? newId('aud', now_ms, systemRandom)
  const at = isoTime(now_ms)
  const record = { ...data, audience_id: id, user_id, created_at: at, updated_at: at, version: 1, deleted: false }
  const { variable_details: _, segments: __, ...summary } = record
  const full = JSON.stringify(record)
  await store.insert({ user_id, id, created_at: at, full, summary: JSON.stringify(summary) })
  send(response, 201, `{"success":true,"audience_id":"${id}","audience":${full}}`)
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
