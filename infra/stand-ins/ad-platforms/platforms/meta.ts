import { createHmac } from 'node:crypto'

import { behaviourOf, LISTED_ACCOUNT } from '../behaviours.ts'
import { bearer, type Exchange, NOT_FOUND, type PlatformStandIn, type Reply } from '../exchange.ts'

/** The app secret that goes with every token here. */
export const APP_SECRET = 'good-app-secret'

const FIRST_PAGE = { data: [{ id: 'act_5550001', name: 'Another account' }], after: 'cursor-1' }
const LAST_PAGE = { data: [{ id: `act_${LISTED_ACCOUNT}`, name: 'Local account' }] }

function failure(status: number, code: number, message: string): Reply {
  return { status, body: { error: { message, type: 'OAuthException', code, fbtrace_id: 'local' } } }
}

/** `GET /me/adaccounts`, in two pages of one account each. */
export const meta: PlatformStandIn = {
  behaviour: (exchange) => behaviourOf(bearer(exchange)),
  answer: (exchange) => {
    const { method, path, query } = exchange
    if (method !== 'GET' || path !== '/me/adaccounts') return NOT_FOUND
    if (!proofHolds(exchange)) return failure(400, 100, 'Invalid appsecret_proof provided in the API argument')
    if (bearer(exchange).startsWith('good-without-permission')) {
      return failure(403, 200, '(#200) Ad account owner has NOT granted ads_management or ads_read permission')
    }
    if (query['after'] === FIRST_PAGE.after) return { status: 200, body: { data: LAST_PAGE.data, paging: {} } }
    // A page's own address may carry the token: the host of this one catches an adapter that follows it instead of the cursor.
    const next = 'https://graph.facebook.example/v0.0/me/adaccounts?access_token=of-somebody'
    return { status: 200, body: { data: FIRST_PAGE.data, paging: { cursors: { after: FIRST_PAGE.after }, next } } }
  },
  badToken: () => failure(400, 190, 'Error validating access token: Session has expired'),
  rateLimited: () => failure(400, 17, '(#17) User request limit reached'),
}

function proofHolds(exchange: Exchange): boolean {
  const proof = exchange.query['appsecret_proof']
  return proof === undefined || proof === createHmac('sha256', APP_SECRET).update(bearer(exchange)).digest('hex')
}
