/**
 * A stand-in for Google Identity Services on an origin of its own: the script that the app loads, its button in a frame, the
 * window in which an account is chosen, and an ID token as Google signs it. So the page's policy, frames, windows and the
 * functions' check of a second issuer are tried as they are with Google.
 */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import * as z from 'zod'

import { Problem } from '#shared/base/problem.ts'
import { type Answer, localJson, localProblem, pathOf, send } from '../kit/answers.ts'
import { readBody } from '../kit/body.ts'
import { failureMessage } from '../kit/refusal.ts'
import { startServer } from '../kit/server.ts'

export const GOOGLE_ISSUER = 'https://accounts.google.com'
/** Whose tokens it gives out. */
export const LOCAL_CLIENT_ID = '1-local.apps.googleusercontent.com'

export interface GoogleSignIn {
  /** `http://127.0.0.1:PORT/gsi/client` */
  readonly script_url: string
  close(): Promise<void>
}

export interface GoogleSignInOptions {
  /** Signs an ID token with these claims. */
  readonly sign: (claims: Readonly<Record<string, unknown>>) => Promise<string>
  /** Default 0: any free port. */
  readonly port?: number
}

const CREDENTIAL_PATH = '/gsi/credential'
const BODY_BYTES_MAX = 4096

/** Each path with its file, and the type that it is sent as. */
const FILES = {
  '/gsi/client': ['client.ts', 'text/javascript'],
  '/gsi/style': ['style.css', 'text/css'],
  '/gsi/button': ['button.html', 'text/html'],
  '/gsi/button.js': ['button.ts', 'text/javascript'],
  '/gsi/select': ['select.html', 'text/html'],
  '/gsi/select.js': ['select.ts', 'text/javascript'],
  '/gsi/page-style': ['page-style.css', 'text/css'],
} as const

const credentialRequest = z.object({ client_id: z.literal(LOCAL_CLIENT_ID), email: z.email() })

/** @throws when the port is taken */
export async function startGoogleSignIn({ sign, port = 0 }: GoogleSignInOptions): Promise<GoogleSignIn> {
  const files = await fileAnswers()
  const credentialAnswer = async (request: IncomingMessage): Promise<Answer> => {
    const parsed = credentialRequest.safeParse(jsonIn(await readBody(request, BODY_BYTES_MAX)))
    if (!parsed.success) return localJson({ message: 'This client id is not known here, or that is no email address.' })
    const { client_id: aud, email } = parsed.data
    const claims = { iss: GOOGLE_ISSUER, aud, sub: subjectOf(email), email, email_verified: true }
    return localJson({ credential: await sign(claims) })
  }
  const answerOf = async (request: IncomingMessage): Promise<Answer> => {
    const path = pathOf(request)
    if (path === CREDENTIAL_PATH && request.method === 'POST') return await credentialAnswer(request)
    return files.get(path) ?? localProblem(new Problem('not-found', 'There is nothing at this path'))
  }
  const { url, close } = await startServer({
    port,
    handle: async (request: IncomingMessage, response: ServerResponse) => await send(response, await answerOf(request)),
    failed: (error) => localProblem(new Problem('unavailable', failureMessage(error))),
    finish: () => undefined,
  })
  return { script_url: `${url}/gsi/client`, close }
}

/** Google's are numbers that no address gives away; here the same address is the same user. */
function subjectOf(email: string): string {
  return email.replace(/@.*$/, '')
}

/** Scripts are bundled once: browsers take no TypeScript. */
async function fileAnswers(): Promise<ReadonlyMap<string, Answer>> {
  const { build } = await import('esbuild')
  const contentOf = async (file: string): Promise<Buffer> => {
    const path = join(import.meta.dirname, 'page', file)
    if (!file.endsWith('.ts')) return await readFile(path)
    const { outputFiles } = await build({ entryPoints: [path], bundle: true, target: 'es2024', write: false })
    return Buffer.from(outputFiles[0]!.contents)
  }
  return new Map(
    await Promise.all(
      Object.entries(FILES).map(async ([path, [file, media_type]]): Promise<[string, Answer]> => {
        const headers = { ...FILE_HEADERS, 'Content-Type': `${media_type}; charset=utf-8` }
        return [path, { status: 200, headers, body: await contentOf(file) }]
      }),
    ),
  )
}

const FILE_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
}

function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}
