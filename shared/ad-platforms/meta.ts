import { createHmac } from 'node:crypto'
import * as z from 'zod/mini'

import { identifier, secret } from './credential-fields.ts'
import { adPlatform, type TestContext } from './ad-platform.ts'
import type { TestCode, TestOutcome } from './test-outcome.ts'
import { type PlatformAnswer, generalCode, readAnswer } from './http-call.ts'

/**
 * Meta: looks for the ad account among those of the token.
 *
 * `GET /{version}/me/adaccounts?fields=id,name&limit=50[&after=…][&appsecret_proof=…]` → `{data: [{id: "act_…", name}],
 * paging: {cursors: {after}, next}}`. The token goes into `Authorization`, so that it stands in no address; pages are
 * asked for by cursor, as `paging.next` is an address that we did not make.
 * Failures: `{error: {code, error_subcode, type, message}}`.
 * Sources: developers.facebook.com/docs/graph-api/guides/error-handling, …/graph-api/overview/rate-limiting,
 * …/graph-api/guides/secure-requests (appsecret_proof), …/marketing-api/reference/ad-account.
 */

const PAGES_MAX = 10
const PAGE_ACCOUNTS = 50
const CURSOR_CHARACTERS_MAX = 2000

const WRONG_PROOF =
  'Meta accepted the access token, but not the app secret. It must be the secret of the app that the token was made for.'

export const meta = adPlatform({
  label: 'Meta',
  account_noun: 'ad account',
  credentials: z.strictObject({
    access_token: secret(),
    account_id: identifier(/^(act_)?\d{1,20}$/, '1 to 20 digits, with or without act_ before them'),
    app_secret: z.optional(secret(200)),
  }),
  shown_fields: ['account_id'],
  async test({ access_token, account_id, app_secret }, context) {
    const proof =
      app_secret === undefined
        ? {}
        : { appsecret_proof: createHmac('sha256', app_secret).update(access_token).digest('hex') }
    const wanted = bareId(account_id)
    let cursor: { after: string } | undefined
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const page = await askPage(context, access_token, { ...cursor, ...proof })
      if ('code' in page) return page
      if (page.ids.some((id) => bareId(id) === wanted)) return { code: 'ok' }
      if (page.after === undefined) return { code: 'no_access' }
      cursor = { after: page.after }
    }
    return { code: 'no_access', message: 'This ad account is not among the first 500 that Meta lists for the token.' }
  },
})

const bareId = (id: string) => id.replace(/^act_/, '')

interface Page {
  ids: string[]
  /** Where the next one begins, if there is one. */
  after: string | undefined
}

const accounts = z.object({
  data: z.array(z.object({ id: z.string() })),
  paging: z.optional(
    z.object({
      cursors: z.optional(z.object({ after: z.string().check(z.maxLength(CURSOR_CHARACTERS_MAX)) })),
      next: z.optional(z.string()),
    }),
  ),
})

async function askPage(
  { call, settings }: TestContext,
  access_token: string,
  query: Readonly<Record<string, string>>,
): Promise<Page | TestOutcome> {
  const answer = await call({
    method: 'GET',
    base: settings.AD_PLATFORM_META_URL,
    path: ['me', 'adaccounts'],
    query: { fields: 'id,name', limit: String(PAGE_ACCOUNTS), ...query },
    headers: { Authorization: `Bearer ${access_token}` },
  })
  if (answer.kind === 'failure') return { code: answer.code }
  if (answer.status !== 200) return refusal(answer)
  const page = readAnswer(answer, accounts)
  if (page === undefined) return { code: 'unexpected_answer' }
  const after = page.paging?.next === undefined ? undefined : page.paging.cursors?.after
  return { ids: page.data.map(({ id }) => id), after }
}

const failure = z.object({ error: z.object({ code: z.int(), message: z.optional(z.string()) }) })

function refusal(answer: PlatformAnswer): TestOutcome {
  const error = readAnswer(answer, failure)?.error
  if (error === undefined) return { code: generalCode(answer) }
  if (error.message?.includes('appsecret_proof')) return { code: 'bad_token', message: WRONG_PROOF }
  return { code: codeOf(error.code) ?? generalCode(answer) }
}

const THROTTLED = new Set([4, 17, 32, 341, 613])

function codeOf(error: number): TestCode | undefined {
  if (error === 190 || error === 102) return 'bad_token'
  if (THROTTLED.has(error) || (error >= 80_000 && error <= 80_014)) return 'rate_limited'
  if (error === 3 || error === 10 || (error >= 200 && error <= 299)) return 'no_access'
  return error === 1 || error === 2 ? 'unreachable' : undefined
}
