import { accountOf, behaviourOf, LISTED_ACCOUNT } from '../behaviours.ts'
import {
  bearer,
  type Exchange,
  header,
  NOT_FOUND,
  type PlatformStandIn,
  refreshReply,
  type Reply,
} from '../exchange.ts'

const PROFILE_COUNT = 2000

/** `POST /{region}/auth/o2/token`, `GET /{region}/v2/profiles` and `GET /{region}/v2/profiles/{profile}`. */
export const amazonDsp: PlatformStandIn = {
  behaviour: (exchange) => (isTokenPath(exchange) ? undefined : behaviourOf(bearer(exchange))),
  answer: (exchange) => {
    if (isTokenPath(exchange)) return refreshReply(exchange)
    const found = /^\/(?:NA|EU|FE)\/v2\/profiles(?:\/(\d+))?$/.exec(exchange.path)
    if (exchange.method !== 'GET' || found === null) return NOT_FOUND
    if (header(exchange, 'amazon-advertising-api-clientid') === '') return failure(401, 'Client ID is missing')
    return found[1] === undefined ? { status: 200, body: [profile(LISTED_ACCOUNT)] } : oneProfile(found[1])
  },
  badToken: () => failure(401, 'Not authorized to access this advertiser'),
  rateLimited: () => ({ status: 429, body: { code: '429', details: 'Too Many Requests' } }),
  huge: (exchange) => {
    const one = /\/v2\/profiles\/(\d+)$/.exec(exchange.path)?.[1]
    if (one !== undefined) return oneProfile(one)
    return {
      status: 200,
      body: Array.from({ length: PROFILE_COUNT }, (_, index) => profile(String(5_550_000 + index))),
    }
  },
}

const isTokenPath = ({ path }: Exchange) => /^\/(?:NA|EU|FE)\/auth\/o2\/token$/.test(path)

const failure = (status: number, details: string): Reply => ({ status, body: { code: 'UNAUTHORIZED', details } })

function profile(id: string): object {
  const accountInfo = { id: 'ENTITY1', type: 'agency', name: 'Local agency' }
  return { profileId: Number(id), countryCode: 'US', currencyCode: 'USD', timezone: 'America/New_York', accountInfo }
}

function oneProfile(id: string): Reply {
  const account = accountOf(id)
  if (account === 'no-access') return failure(401, `Not authorized to access scope ${id}`)
  return account === 'unknown' ? NOT_FOUND : { status: 200, body: profile(id) }
}
