import * as z from 'zod/mini'

import { identifier, secret } from './credential-fields.ts'
import { adPlatform } from './ad-platform.ts'
import type { TestCode, TestOutcome } from './test-outcome.ts'
import { type PlatformAnswer, generalCode, readAnswer } from './http-call.ts'
import { refreshAccess } from './refresh-token.ts'

/**
 * Google Ads: asks for one user list of the customer, which is where audiences go.
 *
 * 1. `POST https://oauth2.googleapis.com/token`, a refresh token for an access token.
 * 2. `POST /{version}/customers/{customer}/googleAds:search` `{query}` with `Authorization`, `developer-token` and, below
 *    a manager account, `login-customer-id` (ten digits, no hyphens) → `{results?: […]}`.
 * Failures: `{error: {code, status, details: [{errors: [{errorCode: {authorizationError: "USER_PERMISSION_DENIED"}}]}]}}`.
 * Sources: developers.google.com/google-ads/api/rest/auth, …/rest/common/search, …/docs/common-errors.
 */

const QUERY = 'SELECT user_list.id FROM user_list LIMIT 1'

const WRONG_DEVELOPER_TOKEN =
  'Google accepted the sign-in, but not the developer token. Copy it from the API Center of the manager account, and ' +
  'check there that it is approved for accounts like this one.'

const customer = identifier(/^(\d{10}|\d{3}-\d{3}-\d{4})$/, 'ten digits, such as 123-456-7890')

export const googleAds = adPlatform({
  label: 'Google Ads',
  account_noun: 'customer account',
  credentials: z.strictObject({
    client_id: secret(200),
    client_secret: secret(),
    refresh_token: secret(),
    developer_token: secret(200),
    customer_id: customer,
    login_customer_id: z.optional(customer),
  }),
  shown_fields: ['customer_id', 'login_customer_id'],
  async test(credentials, context) {
    const { call, settings } = context
    const { client_id, client_secret, refresh_token, developer_token, customer_id, login_customer_id } = credentials
    const base = settings.AD_PLATFORM_GOOGLE_ADS_TOKEN_URL
    const access = await refreshAccess(context, { base, path: ['token'], client_id, client_secret, refresh_token })
    if ('code' in access) return access
    const answer = await call({
      method: 'POST',
      base: settings.AD_PLATFORM_GOOGLE_ADS_URL,
      path: ['customers', withoutHyphens(customer_id), 'googleAds:search'],
      headers: {
        Authorization: `Bearer ${access.access_token}`,
        'developer-token': developer_token,
        ...(login_customer_id !== undefined && { 'login-customer-id': withoutHyphens(login_customer_id) }),
      },
      json: { query: QUERY },
    })
    if (answer.kind === 'failure') return { code: answer.code }
    if (answer.status !== 200) return refusal(answer)
    return { code: readAnswer(answer, searchAnswer) === undefined ? 'unexpected_answer' : 'ok' }
  },
})

const withoutHyphens = (id: string) => id.replaceAll('-', '')

/** Members that say nothing are left out, so that a customer without user lists may be answered with `{}`. */
const searchAnswer = z
  .looseObject({ results: z.optional(z.array(z.unknown())), fieldMask: z.optional(z.string()) })
  .check(z.refine((answer) => 'results' in answer || 'fieldMask' in answer || Object.keys(answer).length === 0))

const failure = z.object({
  error: z.object({
    details: z.optional(
      z.array(z.object({ errors: z.optional(z.array(z.object({ errorCode: z.record(z.string(), z.string()) }))) })),
    ),
  }),
})

const MEANINGS: Readonly<Record<string, TestCode>> = {
  CUSTOMER_NOT_FOUND: 'wrong_account',
  INVALID_CUSTOMER_ID: 'wrong_account',
  CUSTOMER_NOT_ENABLED: 'wrong_account',
  USER_PERMISSION_DENIED: 'no_access',
  NOT_ADS_USER: 'no_access',
  INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION: 'no_access',
  RESOURCE_EXHAUSTED: 'rate_limited',
  RESOURCE_TEMPORARILY_EXHAUSTED: 'rate_limited',
}

function refusal(answer: PlatformAnswer): TestOutcome {
  const details = readAnswer(answer, failure)?.error.details ?? []
  const names = details.flatMap(({ errors = [] }) => errors.flatMap(({ errorCode }) => Object.values(errorCode)))
  if (names.some((name) => name.startsWith('DEVELOPER_TOKEN_'))) {
    return { code: 'bad_token', message: WRONG_DEVELOPER_TOKEN }
  }
  const known = names.find((name) => Object.hasOwn(MEANINGS, name))
  return { code: (known === undefined ? undefined : MEANINGS[known]) ?? generalCode(answer) }
}
