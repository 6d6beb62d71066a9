import { accountOf, behaviourOf } from '../behaviours.ts'
import { header, NOT_FOUND, type PlatformStandIn } from '../exchange.ts'

const SEGMENT_COUNT = 5000

/** `GET /v3/crmdata/segment/{advertiser}`. */
export const theTradeDesk: PlatformStandIn = {
  behaviour: (exchange) => behaviourOf(header(exchange, 'ttd-auth')),
  answer: ({ method, path }) => {
    const advertiser = /^\/v3\/crmdata\/segment\/([\w-]+)$/.exec(path)?.[1]
    if (method !== 'GET' || advertiser === undefined) return NOT_FOUND
    const account = accountOf(advertiser)
    if (account === 'no-access') {
      return { status: 403, body: { Message: `You do not have permission to access advertiser ${advertiser}.` } }
    }
    if (account === 'unknown') return { status: 404, body: { Message: 'The advertiser was not found.' } }
    return {
      status: 200,
      body: { Segments: [{ SegmentName: 'Weekend hikers', CrmDataId: 'crm1' }], PagingToken: null },
    }
  },
  badToken: () => ({ status: 401, body: { Message: 'The API token is missing, expired or invalid.' } }),
  rateLimited: () => ({ status: 429, body: { Message: 'Too many requests.' }, headers: { 'Retry-After': '60' } }),
  huge: () => {
    const segment = (_: unknown, index: number) => ({ SegmentName: `Segment ${index}`, CrmDataId: `crm${index}` })
    return { status: 200, body: { Segments: Array.from({ length: SEGMENT_COUNT }, segment), PagingToken: 'next' } }
  },
}
