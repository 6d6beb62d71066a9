import * as z from 'zod/mini'

import { digits, secret } from './credential-fields.ts'
import { adPlatform, type TestContext } from './ad-platform.ts'
import type { TestOutcome } from './test-outcome.ts'
import { type PlatformAnswer, generalCode, readAnswer } from './http-call.ts'
import { refreshAccess } from './refresh-token.ts'
import type { AdPlatformSettings } from './settings.ts'

/**
 * Amazon DSP: looks for the profile among those of the login.
 *
 * 1. `POST {token host of the region}/auth/o2/token`, a refresh token for an access token (Login with Amazon).
 * 2. `GET {API host of the region}/v2/profiles` with `Authorization` and `Amazon-Advertising-API-ClientId` →
 *    `[{profileId: 123, countryCode, accountInfo}]`. An agency can have more profiles than we read: then the one profile
 *    is asked for, `GET /v2/profiles/{profile}`.
 * Source: advertising.amazon.com/API/docs (profiles; API hosts and token hosts by region).
 */

const REGIONS = ['NA', 'EU', 'FE'] as const
type Region = (typeof REGIONS)[number]

const API_HOSTS: Readonly<Record<Region, string>> = {
  NA: 'https://advertising-api.amazon.com',
  EU: 'https://advertising-api-eu.amazon.com',
  FE: 'https://advertising-api-fe.amazon.com',
}

const TOKEN_HOSTS: Readonly<Record<Region, string>> = {
  NA: 'https://api.amazon.com',
  EU: 'https://api.amazon.co.uk',
  FE: 'https://api.amazon.co.jp',
}

export const amazonDsp = adPlatform({
  label: 'Amazon DSP',
  account_noun: 'profile',
  credentials: z.strictObject({
    client_id: secret(200),
    client_secret: secret(),
    refresh_token: secret(),
    profile_id: digits,
    region: z.enum(REGIONS),
  }),
  shown_fields: ['profile_id', 'region'],
  async test({ client_id, client_secret, refresh_token, profile_id, region }, context) {
    const base = hostOf(context.settings.AD_PLATFORM_AMAZON_DSP_TOKEN_URL, TOKEN_HOSTS, region)
    const grant = { base, path: ['auth', 'o2', 'token'], client_id, client_secret, refresh_token }
    const access = await refreshAccess(context, grant)
    if ('code' in access) return access
    const ask = (path: readonly string[]) => askProfiles(context, { region, client_id, ...access, path })
    const answer = await ask(['v2', 'profiles'])
    if (answer.kind === 'failure' || answer.status !== 200) return { code: generalCode(answer) }
    if (!answer.cut) return { code: judge(answer, profile_id) }
    const one = await ask(['v2', 'profiles', profile_id])
    return one.kind === 'failure' ? { code: one.code } : judgeOne(one, profile_id)
  },
})

interface ProfilesRequest {
  region: Region
  client_id: string
  access_token: string
  path: readonly string[]
}

function askProfiles({ call, settings }: TestContext, { region, client_id, access_token, path }: ProfilesRequest) {
  return call({
    method: 'GET',
    base: hostOf(settings.AD_PLATFORM_AMAZON_DSP_URL, API_HOSTS, region),
    path,
    headers: { Authorization: `Bearer ${access_token}`, 'Amazon-Advertising-API-ClientId': client_id },
  })
}

type Override = AdPlatformSettings['AD_PLATFORM_AMAZON_DSP_URL']

function hostOf(override: Override, hosts: Readonly<Record<Region, string>>, region: Region): string {
  return override === undefined ? hosts[region] : `${override}/${region}`
}

const profile = z.object({ profileId: z.union([z.number(), z.string()]) })
const profiles = z.array(profile)

function judge(answer: PlatformAnswer, profile_id: string): TestOutcome['code'] {
  const list = readAnswer(answer, profiles)
  if (list === undefined) return 'unexpected_answer'
  return list.some(({ profileId }) => String(profileId) === profile_id) ? 'ok' : 'no_access'
}

/** The login was accepted a moment ago: refusing one profile is about the profile. */
function judgeOne(answer: PlatformAnswer, profile_id: string): TestOutcome {
  if (answer.status === 401 || answer.status === 403) return { code: 'no_access' }
  if (answer.status === 404) return { code: 'wrong_account' }
  if (answer.status !== 200) return { code: generalCode(answer) }
  const found = readAnswer(answer, profile)
  return { code: found !== undefined && String(found.profileId) === profile_id ? 'ok' : 'unexpected_answer' }
}
