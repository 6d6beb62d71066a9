import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { RecordedRequest } from '#infra/stand-ins/ad-platforms/recorded-request.ts'
import type { AdPlatformType } from '#shared/ad-platforms/ad-platforms.ts'
import { GOOD, type RunningAdPlatforms, runAdPlatforms } from './harness.ts'

let running: RunningAdPlatforms
beforeAll(async () => {
  running = await runAdPlatforms()
})
afterAll(() => running.close())

/** Of every request but the client's own headers. */
const GENERAL_HEADERS = /^(host|connection|user-agent|accept-encoding|accept-language|sec-fetch-mode|content-length)$/

async function requestsOf(type: AdPlatformType): Promise<Omit<RecordedRequest, 'platform'>[]> {
  const from = running.requests.length
  expect(await running.test(type, GOOD[type])).toMatchObject({ code: 'ok' })
  return running.requests.slice(from).map(({ platform, headers, ...request }) => {
    expect(platform).toBe(type)
    const own = Object.entries(headers).filter(([name]) => !GENERAL_HEADERS.test(name))
    return { ...request, headers: Object.fromEntries(own) }
  })
}

const TOKEN_FORM = {
  accept: 'application/json',
  'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
}

describe('the requests are the documented ones', () => {
  test('The Trade Desk: the advertiser’s CRM segments, with TTD-Auth', async () => {
    expect(await requestsOf('the_trade_desk')).toEqual([
      {
        method: 'GET',
        path: '/v3/crmdata/segment/abc1234',
        query: {},
        headers: { accept: 'application/json', 'ttd-auth': '(secret)' },
        body: undefined,
      },
    ])
  })

  test('Meta: the token’s ad accounts, with the token in a header and a proof of the app', async () => {
    const query = { fields: 'id,name', limit: '50', appsecret_proof: '(secret)' }
    const headers = { accept: 'application/json', authorization: 'Bearer (secret)' }
    expect(await requestsOf('meta')).toEqual([
      { method: 'GET', path: '/me/adaccounts', query, headers, body: undefined },
      { method: 'GET', path: '/me/adaccounts', query: { ...query, after: 'cursor-1' }, headers, body: undefined },
    ])
  })

  test('Meta: without an app secret no proof is sent', async () => {
    const { app_secret: _, ...without } = GOOD.meta
    expect((await running.test('meta', without)).code).toBe('ok')
    expect(running.requests.at(-1)?.query).not.toHaveProperty('appsecret_proof')
  })

  test('Google Ads: a token, then one user list of the customer', async () => {
    const form = { grant_type: 'refresh_token', refresh_token: '(secret)', client_secret: '(secret)' }
    expect(await requestsOf('google_ads')).toEqual([
      {
        method: 'POST',
        path: '/token',
        query: {},
        headers: TOKEN_FORM,
        body: { ...form, client_id: '1-abc.apps.googleusercontent.com' },
      },
      {
        method: 'POST',
        path: '/customers/1234567890/googleAds:search',
        query: {},
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          authorization: 'Bearer (secret)',
          'developer-token': '(secret)',
          'login-customer-id': '5556667777',
        },
        body: { query: 'SELECT user_list.id FROM user_list LIMIT 1' },
      },
    ])
  })

  test('LinkedIn: the member, then the member’s roles, in the version of the settings', async () => {
    const headers = {
      accept: 'application/json',
      authorization: 'Bearer (secret)',
      'linkedin-version': '202606',
      'x-restli-protocol-version': '2.0.0',
    }
    const query = { q: 'authenticatedUser', start: '0', count: '50' }
    expect((await requestsOf('linkedin')).slice(0, 2)).toEqual([
      { method: 'GET', path: '/rest/me', query: {}, headers, body: undefined },
      { method: 'GET', path: '/rest/adAccountUsers', query, headers, body: undefined },
    ])
  })

  test('TikTok: the advertiser, with Access-Token and a slash at the end of the path', async () => {
    expect(await requestsOf('tiktok')).toEqual([
      {
        method: 'GET',
        path: '/advertiser/info/',
        query: { advertiser_ids: '["7001234567890123456"]', fields: '["advertiser_id","name"]' },
        headers: { accept: 'application/json', 'access-token': '(secret)' },
        body: undefined,
      },
    ])
  })

  test('Amazon DSP: a token of the region, then the profiles of the region', async () => {
    const client_id = GOOD.amazon_dsp['client_id']
    expect(await requestsOf('amazon_dsp')).toEqual([
      {
        method: 'POST',
        path: '/EU/auth/o2/token',
        query: {},
        headers: TOKEN_FORM,
        body: { grant_type: 'refresh_token', refresh_token: '(secret)', client_id, client_secret: '(secret)' },
      },
      {
        method: 'GET',
        path: '/EU/v2/profiles',
        query: {},
        headers: {
          accept: 'application/json',
          authorization: 'Bearer (secret)',
          'amazon-advertising-api-clientid': client_id,
        },
        body: undefined,
      },
    ])
  })

  test('LiveRamp: one key of the bucket below the prefix, path-style and signed for the region', async () => {
    const [request, ...more] = await requestsOf('liveramp')
    expect(more).toEqual([])
    expect(request).toMatchObject({
      method: 'GET',
      path: '/eu-west-1/uploads-for-liveramp',
      query: { 'list-type': '2', 'max-keys': '1', prefix: '1234/uploads/' },
    })
    expect(request?.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=GOOD_LOCAL_ACCESS_KEY\/\d{8}\/eu-west-1\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=\(secret\)$/,
    )
  })
})
