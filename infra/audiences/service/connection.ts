import { readFile } from 'node:fs/promises'
import * as z from 'zod/mini'

import { OperatorError } from '#infra/command/operator-error.ts'
import { isObject } from '#shared/base/is-object.ts'
import { parsedJson } from '#shared/base/parsed-json.ts'
import type { Fetch } from '#shared/client/api/attempt.ts'
import { type Environment, readSettings, setting } from '#shared/settings/settings.ts'

/** Where the service is, and whose token is sent to it. */

const connectionSettings = {
  AUDIENCES_URL: setting({
    schema: z._default(z.string(), 'http://localhost:8080'),
    description: 'Address of the service, for `npm run audiences`.',
    example: 'https://am.example.com',
  }),
  AUDIENCES_TOKEN: setting({
    schema: z.optional(z.string()),
    description: "The user's token, for `npm run audiences`.",
  }),
} as const

export interface Connection {
  /** Without a slash at its end. */
  readonly origin: string
  /** The token of each request; asked for another one after a refusal. @throws OperatorError when there is none */
  readonly token: (asked: { readonly is_renewal: boolean }) => Promise<string>
}

export interface ConnectionOptions {
  readonly url: string | undefined
  readonly token_file: string | undefined
}

/** @throws OperatorError, SettingsError */
export function connectionOf(
  { url, token_file }: ConnectionOptions,
  environment: Environment,
  fetch: Fetch,
): Connection {
  const { AUDIENCES_URL, AUDIENCES_TOKEN } = readSettings(connectionSettings, environment)
  const { origin, is_local } = addressOf(url ?? AUDIENCES_URL)
  if (token_file !== undefined) return { origin, token: () => tokenOf(token_file) }
  if (AUDIENCES_TOKEN !== undefined) return { origin, token: async () => sound(AUDIENCES_TOKEN, 'AUDIENCES_TOKEN') }
  if (!is_local) throw new OperatorError('Who are you? Give --token-file, or the token in AUDIENCES_TOKEN.')
  let demo: Promise<string> | undefined
  return {
    origin,
    token: ({ is_renewal }) => {
      if (is_renewal || demo === undefined) demo = demoToken(origin, fetch)
      return demo
    },
  }
}

function addressOf(text: string): { origin: string; is_local: boolean } {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.search !== '') {
    throw new OperatorError(`The address of the service must be like https://am.example.com, not ${text}.`)
  }
  const is_local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'http:' && !is_local) {
    throw new OperatorError('Only https keeps a token secret on its way: http is for this machine.')
  }
  return { origin: `${url.origin}${url.pathname}`.replace(/\/+$/, ''), is_local }
}

async function tokenOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new OperatorError(`The token cannot be read from ${file} (${error.code}).`)
  })
  return sound(text, file)
}

/** What a header can carry. The message never repeats the token. */
function sound(text: string, where: string): string {
  const token = text.trim()
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new OperatorError(`${where} holds no token: one word is expected.`)
}

/** As the app gets one of the local runtime's demo account, which has no password. */
async function demoToken(origin: string, fetch: Fetch): Promise<string> {
  const body = JSON.stringify({ user_id: 'demo_user' })
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${origin}/local/token`, { method: 'POST', headers, body }).catch((error: unknown) => {
    throw new OperatorError(`Nothing answers at ${origin}. Is \`npm start\` running?`, { cause: error })
  })
  const document = parsedJson(await answer.text())
  if (answer.ok && isObject(document) && typeof document['id_token'] === 'string') return document['id_token']
  throw new OperatorError(`${origin} has no demo account. Give --token-file, or the token in AUDIENCES_TOKEN.`)
}
