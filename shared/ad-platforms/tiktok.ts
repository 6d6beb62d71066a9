import * as z from 'zod/mini'

import { digits, secret } from './credential-fields.ts'
import { adPlatform } from './ad-platform.ts'
import type { TestCode } from './test-outcome.ts'
import { generalCode, readAnswer } from './http-call.ts'

/**
 * TikTok: reads the advertiser.
 *
 * `GET /open_api/v1.3/advertiser/info/?advertiser_ids=["…"]&fields=["advertiser_id","name"]` with `Access-Token` →
 * HTTP 200 and `{code, message, data: {list: [{advertiser_id}]}}` for failures too: only `code` 0 is a success.
 * Sources: business-api.tiktok.com/portal/docs, "Get ad account details", and ?id=1737172488964097 (return codes:
 * 401xx authentication, 40016 40100 40132 40133 rate limits, 40300 40301 advertiser, 5xxxx and 6xxxx service).
 */
export const tiktok = adPlatform({
  label: 'TikTok',
  account_noun: 'advertiser',
  credentials: z.strictObject({ access_token: secret(), advertiser_id: digits }),
  shown_fields: ['advertiser_id'],
  async test({ access_token, advertiser_id }, { call, settings }) {
    const answer = await call({
      method: 'GET',
      base: settings.AD_PLATFORM_TIKTOK_URL,
      path: ['advertiser', 'info', ''],
      query: {
        advertiser_ids: JSON.stringify([advertiser_id]),
        fields: JSON.stringify(['advertiser_id', 'name']),
      },
      headers: { 'Access-Token': access_token },
    })
    if (answer.kind === 'failure' || answer.status !== 200) return { code: generalCode(answer) }
    const envelope = readAnswer(answer, envelopeSchema)
    if (envelope === undefined) return { code: 'unexpected_answer' }
    if (envelope.code !== 0) return { code: codeOf(envelope.code) }
    const list = listSchema.safeParse(envelope.data)
    if (!list.success) return { code: 'unexpected_answer' }
    const found = list.data.list.some((advertiser) => String(advertiser.advertiser_id) === advertiser_id)
    return { code: found ? 'ok' : 'no_access' }
  },
})

const envelopeSchema = z.object({ code: z.int(), data: z.unknown() })
const listSchema = z.object({ list: z.array(z.object({ advertiser_id: z.union([z.string(), z.number()]) })) })

const MEANINGS: Readonly<Record<number, TestCode>> = {
  40016: 'rate_limited',
  40100: 'rate_limited',
  40132: 'rate_limited',
  40133: 'rate_limited',
  40101: 'bad_token',
  40102: 'bad_token',
  40104: 'bad_token',
  40105: 'bad_token',
  40113: 'bad_token',
  // The token is a real one, but not of this advertiser, or without the permission.
  40001: 'no_access',
  40106: 'no_access',
  40118: 'no_access',
  40119: 'no_access',
  40125: 'no_access',
  // Nothing but the advertiser's id is ours to choose in this request.
  40002: 'wrong_account',
  40007: 'wrong_account',
  40300: 'wrong_account',
  40301: 'wrong_account',
}

function codeOf(code: number): TestCode {
  return MEANINGS[code] ?? (code >= 50_000 ? 'unreachable' : 'unexpected_answer')
}
