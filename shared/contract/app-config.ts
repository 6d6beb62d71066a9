import * as z from 'zod/mini'

import type { FunctionName } from './functions.ts'

/**
 * What the app reads at its start: `/config.json`, which the web function answers from its own settings. So one build of
 * the app serves every environment. An older page may read the configuration of a newer release: members are added, never
 * renamed, and unknown ones are ignored.
 */

/** The functions that the app calls. */
export const CALLED_FUNCTIONS = [
  'audiences',
  'platforms',
  'distributions',
  'insights',
  'sync',
  'flags',
] as const satisfies FunctionName[]
export type CalledFunction = (typeof CALLED_FUNCTIONS)[number]

/** Google Identity Services: https://developers.google.com/identity/gsi/web/guides/client-library */
export const GOOGLE_SCRIPT_URL = 'https://accounts.google.com/gsi/client'

const httpUrl = z.url({ protocol: /^https?$/ })
/** Empty stands for the origin of the page itself. */
const origin = z.union([z.literal(''), httpUrl])

/** The URL of each function, where they do not share the page's origin. */
export const calledOrigins = z.object(
  Object.fromEntries(CALLED_FUNCTIONS.map((name) => [name, httpUrl])) as Record<CalledFunction, typeof httpUrl>,
)

/** The account of the local runtime that needs no password. */
const demoAccount = z.object({ user_id: z.string().check(z.minLength(1)), name: z.string(), email: z.email() })

const signIn = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('google'),
    client_id: z.string().check(z.minLength(1)),
    /** Of a stand-in for Google's script. */
    script_url: z.optional(httpUrl),
  }),
  z.object({
    kind: z.literal('demo'),
    /** POST the account as JSON; the answer has `id_token`. */
    token_url: httpUrl,
    account: demoAccount,
  }),
  /** Guests only: the service knows no provider that the app can sign in with. */
  z.object({ kind: z.literal('none') }),
])

export const appConfig = z.object({
  /** Of all functions, or of each its own. */
  origins: z.union([origin, calledOrigins]),
  /** Whose ID tokens name the users: `iss`, as the functions have it. */
  issuer: z.string().check(z.minLength(1)),
  sign_in: signIn,
  /** Where variables are suggested for a description; without it they are picked or pasted. */
  suggestion_url: z.optional(httpUrl),
  /** Where segments get their sizes; without it sizes are entered or imported. */
  size_url: z.optional(httpUrl),
  /** An email address or the https address of a page. */
  support_contact: z.optional(z.string()),
  /** Who takes what users think of the app: an email address, or the https address of a form. Without it nobody is asked. */
  feedback_contact: z.optional(z.string()),
  /** The build that answers now. A page with files of another one goes on working; it becomes new when it is loaded again. */
  app_version: z.string(),
})
export type AppConfig = z.output<typeof appConfig>
