import { accountOf, behaviourOf } from '../behaviours.ts'
import { header, NOT_FOUND, type PlatformStandIn, type Reply } from '../exchange.ts'

/** TikTok's answers are HTTP 200, failures too. */
function envelope(code: number, message: string, data: object = {}): Reply {
  return { status: 200, body: { code, message, request_id: 'local', data } }
}

/** `GET /advertiser/info/?advertiser_ids=["…"]`. */
export const tiktok: PlatformStandIn = {
  behaviour: (exchange) => behaviourOf(header(exchange, 'access-token')),
  answer: ({ method, path, query }) => {
    if (method !== 'GET' || path !== '/advertiser/info/') return NOT_FOUND
    const [advertiser_id] = JSON.parse(query['advertiser_ids'] ?? '[]') as string[]
    if (advertiser_id === undefined) return envelope(40002, 'advertiser_ids: Missing data for required field.')
    const account = accountOf(advertiser_id)
    if (account === 'no-access') return envelope(40001, `No permission to operate advertiser ${advertiser_id}`)
    if (account === 'unknown') return envelope(40300, 'The advertiser does not exist')
    return envelope(0, 'OK', { list: [{ advertiser_id, name: 'Local advertiser' }] })
  },
  badToken: () => envelope(40105, 'Access token is incorrect or has been revoked.'),
  rateLimited: () => envelope(40100, 'Too many requests. Please retry in some time.'),
}
