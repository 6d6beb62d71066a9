import { accountOf, behaviourOf } from '../behaviours.ts'
import { bearer, header, NOT_FOUND, type PlatformStandIn, refreshReply, type Reply } from '../exchange.ts'

function failure(status: number, code_status: string, error_code: Record<string, string>): Reply {
  const details = [
    {
      '@type': 'type.googleapis.com/google.ads.googleads.v24.errors.GoogleAdsFailure',
      errors: [{ errorCode: error_code, message: 'a message with the request in it' }],
      requestId: 'local',
    },
  ]
  return { status, body: { error: { code: status, message: 'refused', status: code_status, details } } }
}

/** `POST /token` and `POST /customers/{customer}/googleAds:search`. */
export const googleAds: PlatformStandIn = {
  behaviour: (exchange) => (exchange.path === '/token' ? undefined : behaviourOf(bearer(exchange))),
  answer: (exchange) => {
    const { method, path, body } = exchange
    if (path === '/token') return refreshReply(exchange)
    const customer = /^\/customers\/(\d{10})\/googleAds:search$/.exec(path)?.[1]
    if (method !== 'POST' || customer === undefined || !isQuery(body)) return NOT_FOUND
    if (behaviourOf(header(exchange, 'developer-token')) === 'bad-token') {
      return failure(403, 'PERMISSION_DENIED', { authorizationError: 'DEVELOPER_TOKEN_NOT_APPROVED' })
    }
    const account = accountOf(customer)
    if (account === 'no-access') {
      return failure(403, 'PERMISSION_DENIED', { authorizationError: 'USER_PERMISSION_DENIED' })
    }
    if (account === 'unknown') return failure(401, 'UNAUTHENTICATED', { authenticationError: 'CUSTOMER_NOT_FOUND' })
    const user_list = { resourceName: `customers/${customer}/userLists/1`, id: '1' }
    return { status: 200, body: { results: [{ userList: user_list }], fieldMask: 'userList.id' } }
  },
  badToken: () => failure(401, 'UNAUTHENTICATED', { authenticationError: 'OAUTH_TOKEN_INVALID' }),
  rateLimited: () => failure(429, 'RESOURCE_EXHAUSTED', { quotaError: 'RESOURCE_EXHAUSTED' }),
}

function isQuery(body: string): boolean {
  const { query } = JSON.parse(body) as { query?: unknown }
  return typeof query === 'string' && query.startsWith('SELECT ')
}
