import * as z from 'zod/mini'

import { identifier, secret } from './credential-fields.ts'
import { adPlatform, type TestContext } from './ad-platform.ts'
import type { TestOutcome } from './test-outcome.ts'
import { type PlatformAnswer, generalCode, readAnswer } from './http-call.ts'

/**
 * LinkedIn: whether the token's member has a role in the ad account that may upload audiences.
 *
 * 1. `GET /rest/me` proves the token. A token made for advertising only may not read the profile (403): that says
 *    nothing about ads, so the next step decides.
 * 2. `GET /rest/adAccountUsers?q=authenticatedUser&start=…&count=…` → `{elements: [{account: "urn:li:sponsoredAccount:…",
 *    role}]}`, page by page.
 * Both with `Authorization`, `LinkedIn-Version` and `X-Restli-Protocol-Version: 2.0.0`.
 * Sources: learn.microsoft.com/linkedin/marketing/integrations/ads/account-structure/create-and-manage-account-users,
 * …/linkedin/shared/api-guide/concepts/error-handling, …/linkedin/marketing/versioning.
 */

const PAGES_MAX = 10
const PAGE_ACCOUNTS = 50
const URN = 'urn:li:sponsoredAccount:'

const VIEWER =
  'The credentials can only view this LinkedIn ad account (role VIEWER). Ask its owner for the role of campaign ' +
  'manager or higher.'

export const linkedin = adPlatform({
  label: 'LinkedIn',
  account_noun: 'ad account',
  credentials: z.strictObject({
    access_token: secret(),
    account_id: identifier(
      /^(urn:li:sponsoredAccount:)?\d{1,20}$/,
      '1 to 20 digits, with or without urn:li:sponsoredAccount: before them',
    ),
  }),
  shown_fields: ['account_id'],
  async test({ access_token, account_id }, context) {
    const me = await ask(context, access_token, ['rest', 'me'], {})
    const profile_closed = me.kind === 'answer' && me.status === 403
    if (me.kind === 'failure' || (me.status !== 200 && !profile_closed)) return { code: generalCode(me) }
    const wanted = `${URN}${account_id.replace(URN, '')}`
    for (let page = 0; page < PAGES_MAX; page++) {
      const query = { q: 'authenticatedUser', start: String(page * PAGE_ACCOUNTS), count: String(PAGE_ACCOUNTS) }
      const answer = await ask(context, access_token, ['rest', 'adAccountUsers'], query)
      if (answer.kind === 'failure' || answer.status !== 200) return { code: generalCode(answer) }
      const outcome = judge(answer, wanted)
      if (outcome !== undefined) return outcome
    }
    return { code: 'no_access', message: 'This ad account is not among the first 500 that LinkedIn lists.' }
  },
})

function ask(
  { call, settings }: TestContext,
  access_token: string,
  path: readonly string[],
  query: Readonly<Record<string, string>>,
) {
  const headers = {
    Authorization: `Bearer ${access_token}`,
    'LinkedIn-Version': settings.AD_PLATFORM_LINKEDIN_VERSION,
    'X-Restli-Protocol-Version': '2.0.0',
  }
  return call({ method: 'GET', base: settings.AD_PLATFORM_LINKEDIN_URL, path, query, headers })
}

const accountUsers = z.object({ elements: z.array(z.object({ account: z.string(), role: z.string() })) })

/** What one page says; `undefined` when the next one may say more. */
function judge(answer: PlatformAnswer, wanted: string): TestOutcome | undefined {
  const elements = readAnswer(answer, accountUsers)?.elements
  if (elements === undefined) return { code: 'unexpected_answer' }
  const roles = elements.filter(({ account }) => account === wanted).map(({ role }) => role)
  if (roles.some((role) => role !== 'VIEWER')) return { code: 'ok' }
  if (roles.length > 0) return { code: 'no_access', message: VIEWER }
  return elements.length < PAGE_ACCOUNTS ? { code: 'no_access' } : undefined
}
