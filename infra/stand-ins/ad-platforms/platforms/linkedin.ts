import { behaviourOf, LISTED_ACCOUNT, VIEWER_ACCOUNT } from '../behaviours.ts'
import { bearer, header, NOT_FOUND, type PlatformStandIn, type Reply } from '../exchange.ts'

const USER = 'urn:li:person:local'

function failure(status: number, service_error_code: number, code: string, message: string): Reply {
  return { status, body: { status, serviceErrorCode: service_error_code, code, message } }
}

/** `GET /rest/me` and `GET /rest/adAccountUsers?q=authenticatedUser`: a full page of others, then the two accounts. */
export const linkedin: PlatformStandIn = {
  behaviour: (exchange) => behaviourOf(bearer(exchange)),
  answer: (exchange) => {
    const { method, path, query } = exchange
    if (!/^20\d{4}$/.test(header(exchange, 'linkedin-version'))) {
      return failure(426, 0, 'NONEXISTENT_VERSION', 'Requested version is not active')
    }
    if (method !== 'GET') return NOT_FOUND
    if (path === '/rest/me') {
      // A token made for advertising alone.
      const closed = bearer(exchange).startsWith('good-for-ads')
      if (closed) return failure(403, 100, 'ACCESS_DENIED', 'Not enough permissions to access: GET /me')
      return { status: 200, body: { id: 'local', localizedFirstName: 'Demo', localizedLastName: 'User' } }
    }
    if (path !== '/rest/adAccountUsers' || query['q'] !== 'authenticatedUser') return NOT_FOUND
    const start = Number(query['start'])
    const count = Number(query['count'])
    return {
      status: 200,
      body: { elements: accountUsers(count).slice(start, start + count), paging: { start, count } },
    }
  },
  badToken: () => failure(401, 65_600, 'INVALID_ACCESS_TOKEN', 'Invalid access token'),
  rateLimited: () => failure(429, 101, 'TOO_MANY_REQUESTS', 'Resource level throttle limit'),
}

function accountUsers(page_length: number): object[] {
  const others = Array.from({ length: page_length }, (_, index) => accountUser(`55500${index}`, 'ACCOUNT_MANAGER'))
  return [...others, accountUser(LISTED_ACCOUNT, 'CAMPAIGN_MANAGER'), accountUser(VIEWER_ACCOUNT, 'VIEWER')]
}

function accountUser(account: string, role: string): object {
  return { account: `urn:li:sponsoredAccount:${account}`, user: USER, role }
}
