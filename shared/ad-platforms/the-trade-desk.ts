import * as z from 'zod/mini'

import { identifier, secret } from './credential-fields.ts'
import { adPlatform } from './ad-platform.ts'
import type { TestOutcome } from './test-outcome.ts'
import { type PlatformAnswer, generalCode, readAnswer } from './http-call.ts'

/**
 * The Trade Desk: lists the first page of the advertiser's CRM data segments.
 *
 * `GET /v3/crmdata/segment/{advertiser}` with `TTD-Auth: {token}` → `{Segments: [{SegmentName, CrmDataId}], PagingToken}`.
 * The fields keep the names that clients of the old system send: `api_key` is the API token, `account_id` the advertiser.
 * Sources: partner.thetradedesk.com/v3/portal/data/doc/DataIntegrateCRMData and …/api/doc/Authentication; the shape of
 * the answer from the open source connector of Segment (actions-the-trade-desk-crm).
 */
export const theTradeDesk = adPlatform({
  label: 'The Trade Desk',
  account_noun: 'advertiser',
  credentials: z.strictObject({
    api_key: secret(),
    account_id: identifier(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 letters, digits, - and _'),
  }),
  shown_fields: ['account_id'],
  async test({ api_key, account_id }, { call, settings }) {
    const answer = await call({
      method: 'GET',
      base: settings.AD_PLATFORM_THE_TRADE_DESK_URL,
      path: ['v3', 'crmdata', 'segment', account_id],
      headers: { 'TTD-Auth': api_key },
    })
    if (answer.kind === 'failure') return { code: answer.code }
    return answer.status === 200 ? { code: isSegmentList(answer) ? 'ok' : 'unexpected_answer' } : refusal(answer)
  },
})

const segmentList = z.object({ Segments: z.nullable(z.array(z.unknown())) })

/** An advertiser may have more segments than we read: the beginning then has to do. */
function isSegmentList(answer: PlatformAnswer): boolean {
  return answer.cut ? /^\s*\{\s*"Segments"\s*:/.test(answer.text) : readAnswer(answer, segmentList) !== undefined
}

const problem = z.object({ Message: z.string() })

/** A token that has expired is answered with 401 or with 403; then only the text tells it from a missing permission. */
function refusal(answer: PlatformAnswer): TestOutcome {
  const { status } = answer
  if (status === 400 || status === 404) return { code: 'wrong_account' }
  const text = readAnswer(answer, problem)?.Message ?? ''
  if (status === 403 && /\btoken\b|authenticat/i.test(text)) return { code: 'bad_token' }
  return { code: generalCode(answer) }
}
