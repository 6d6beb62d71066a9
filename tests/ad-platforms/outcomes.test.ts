import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { Behaviour } from '#infra/stand-ins/ad-platforms/behaviours.ts'
import type { AdPlatformType } from '#shared/ad-platforms/ad-platforms.ts'
import type { TestCode } from '#shared/ad-platforms/test-outcome.ts'
import { behaving, GOOD, type RunningAdPlatforms, runAdPlatforms, TYPES } from './harness.ts'

let running: RunningAdPlatforms
beforeAll(async () => {
  running = await runAdPlatforms()
})
beforeEach(() => running.faults.reset())
afterAll(() => running.close())

const BY_TOKEN: readonly [Behaviour, TestCode][] = [
  ['good', 'ok'],
  ['bad-token', 'bad_token'],
  ['rate-limited', 'rate_limited'],
  ['down', 'unreachable'],
  ['unavailable', 'unreachable'],
  ['redirect', 'unexpected_answer'],
  ['garbage', 'unexpected_answer'],
]

describe.each(TYPES)('%s', (type) => {
  test.each(BY_TOKEN)('a platform that is %s is reported as %s', async (behaviour, code) => {
    const result = await running.test(type, behaving(type, behaviour))
    expect(result).toMatchObject({ ok: code === 'ok', code })
    expect(result.message).toMatch(/^[A-Z].{20,}\.$/)
  })

  test('a token that the platform never saw is a bad token', async () => {
    const result = await running.test(type, behaving(type, 'something_else_or_other'))
    expect(result.code).toBe('bad_token')
  })

  test('credentials stored before a field was needed are not sent anywhere', async () => {
    const before = running.requests.length
    const result = await running.test(type, {})
    expect(result).toMatchObject({ ok: false, code: 'bad_token' })
    expect(running.requests.length).toBe(before)
  })
})

const BY_ACCOUNT: readonly [AdPlatformType, Record<string, string>, TestCode][] = [
  ['the_trade_desk', { account_id: 'adv0000' }, 'no_access'],
  ['the_trade_desk', { account_id: 'adv9999' }, 'wrong_account'],
  ['meta', { account_id: '1234567890' }, 'ok'],
  ['meta', { account_id: '123450000' }, 'no_access'],
  ['meta', { access_token: 'good-without-permission', app_secret: '' }, 'no_access'],
  ['google_ads', { customer_id: '1234567890' }, 'ok'],
  ['google_ads', { customer_id: '1234560000' }, 'no_access'],
  ['google_ads', { customer_id: '123-456-9999' }, 'wrong_account'],
  ['google_ads', { developer_token: 'bad-token' }, 'bad_token'],
  ['google_ads', { client_secret: 'bad-token' }, 'bad_token'],
  ['linkedin', { account_id: 'urn:li:sponsoredAccount:1234567890' }, 'ok'],
  ['linkedin', { account_id: '123450000' }, 'no_access'],
  ['tiktok', { advertiser_id: '123450000' }, 'no_access'],
  ['tiktok', { advertiser_id: '123459999' }, 'wrong_account'],
  ['amazon_dsp', { profile_id: '123450000' }, 'no_access'],
  ['amazon_dsp', { client_secret: 'bad-token' }, 'bad_token'],
  ['liveramp', { bucket: 'bucket-0000' }, 'no_access'],
  ['liveramp', { bucket: 'bucket-9999' }, 'wrong_account'],
  ['liveramp', { secret_access_key: 'another-secret' }, 'bad_token'],
]

describe('what the account and the other fields are answered with', () => {
  test.each(BY_ACCOUNT)('%s with %o is %s', async (type, fields, code) => {
    const merged = Object.entries({ ...GOOD[type], ...fields }).filter(([, value]) => value !== '')
    expect((await running.test(type, Object.fromEntries(merged))).code).toBe(code)
  })

  test('LinkedIn: a viewer may look but not upload, and is told so', async () => {
    const result = await running.test('linkedin', { ...GOOD.linkedin, account_id: '1111111111' })
    expect(result.code).toBe('no_access')
    expect(result.message).toContain('VIEWER')
  })

  test('LinkedIn: a token that may not read the profile is good for ads all the same', async () => {
    const result = await running.test('linkedin', { ...GOOD.linkedin, access_token: 'good-for-ads-alone' })
    expect(result.code).toBe('ok')
  })

  test('Meta: an app secret of another app is told apart from a bad token', async () => {
    const result = await running.test('meta', { ...GOOD.meta, app_secret: 'good-but-of-another-app' })
    expect(result.code).toBe('bad_token')
    expect(result.message).toContain('app secret')
  })

  test('Google Ads: a developer token that is not approved is told apart from a bad sign-in', async () => {
    const result = await running.test('google_ads', { ...GOOD.google_ads, developer_token: 'unknown' })
    expect(result.code).toBe('bad_token')
    expect(result.message).toContain('developer token')
  })

  test('LiveRamp: a bucket of another region is refused by naming the region, and the redirect is not followed', async () => {
    const before = running.requests.length
    const result = await running.test('liveramp', { ...GOOD.liveramp, bucket: 'elsewhere-uploads' })
    expect(result.code).toBe('wrong_account')
    expect(result.message).toContain('region')
    expect(running.requests.length).toBe(before + 1)
  })

  test.each(['google_ads', 'amazon_dsp'] as const)(
    '%s: trouble at the token host is told like any other',
    async (type) => {
      const path = type === 'google_ads' ? '/token' : '/EU/auth'
      for (const [behaviour, code] of BY_TOKEN.filter(([name]) => !/good|bad|rate/.test(name))) {
        running.faults.add({ platform: type, behaviour, path, times: 1 })
        expect((await running.test(type, GOOD[type])).code).toBe(code)
      }
    },
  )
})

describe('pages', () => {
  test('Meta: the account is found on a later page, which is asked for by cursor and never by address', async () => {
    const from = running.requests.length
    expect((await running.test('meta', GOOD.meta)).code).toBe('ok')
    expect(running.requests.slice(from).map(({ query }) => query['after'])).toEqual([undefined, 'cursor-1'])
  })

  test('LinkedIn: the account is found on a later page', async () => {
    const from = running.requests.length
    expect((await running.test('linkedin', GOOD.linkedin)).code).toBe('ok')
    expect(running.requests.slice(from).map(({ query }) => query['start'])).toEqual([undefined, '0', '50'])
  })

  test('Amazon DSP: of an agency with more profiles than are read, the one profile is asked for', async () => {
    const huge = behaving('amazon_dsp', 'huge')
    expect((await running.test('amazon_dsp', huge)).code).toBe('ok')
    expect(running.requests.at(-1)?.path).toBe('/EU/v2/profiles/1234567890')
    expect((await running.test('amazon_dsp', { ...huge, profile_id: '50000' })).code).toBe('no_access')
    expect((await running.test('amazon_dsp', { ...huge, profile_id: '59999' })).code).toBe('wrong_account')
  })
})
