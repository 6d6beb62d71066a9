import { FieldErrors } from '#shared/records/validation/field-errors.ts'
import { S3_SECRET } from '#infra/stand-ins/ad-platforms/platforms/liveramp.ts'
import { APP_SECRET } from '#infra/stand-ins/ad-platforms/platforms/meta.ts'
import {
  type AdPlatformsOptions,
  type AdPlatformsStandIn,
  startAdPlatforms,
} from '#infra/stand-ins/ad-platforms/server.ts'
import { systemClock } from '#shared/base/clock.ts'
import type { FieldError } from '#shared/base/problem.ts'
import {
  AD_PLATFORMS,
  type AdPlatformType,
  readCredentials,
  testCredentials,
  type TestOptions,
} from '#shared/ad-platforms/ad-platforms.ts'
import { type AdPlatformSettings, adPlatformSettings } from '#shared/ad-platforms/settings.ts'
import type { TestResult } from '#shared/ad-platforms/test-outcome.ts'
import { readSettings } from '#shared/settings/settings.ts'

export const TYPES = Object.keys(AD_PLATFORMS) as AdPlatformType[]

export interface RunningAdPlatforms extends AdPlatformsStandIn {
  settings: AdPlatformSettings
  test(type: AdPlatformType, credentials: unknown, options?: Partial<TestOptions>): Promise<TestResult>
}

/** The stand-in, and the real adapters pointed at it. */
export async function runAdPlatforms(options: AdPlatformsOptions = {}): Promise<RunningAdPlatforms> {
  const stand_in = await startAdPlatforms(options)
  const settings = readSettings(adPlatformSettings, stand_in.environment)
  return {
    ...stand_in,
    settings,
    test: (type, credentials, more = {}) =>
      testCredentials(type, credentials, { settings, clock: systemClock, ...more }),
  }
}

/** Credentials that the stand-in likes; every field, the optional ones too. */
export const GOOD: Readonly<Record<AdPlatformType, Readonly<Record<string, string>>>> = {
  the_trade_desk: { api_key: 'good-token', account_id: 'abc1234' },
  meta: { access_token: 'good-token', account_id: 'act_1234567890', app_secret: APP_SECRET },
  google_ads: {
    client_id: '1-abc.apps.googleusercontent.com',
    client_secret: 'good-client-secret',
    refresh_token: 'good-refresh-token',
    developer_token: 'good-developer-token',
    customer_id: '123-456-7890',
    login_customer_id: '5556667777',
  },
  linkedin: { access_token: 'good-token', account_id: '1234567890' },
  tiktok: { access_token: 'good-token', advertiser_id: '7001234567890123456' },
  amazon_dsp: {
    client_id: 'amzn1.application-oa2-client.abc',
    client_secret: 'good-client-secret',
    refresh_token: 'good-refresh-token',
    profile_id: '1234567890',
    region: 'EU',
  },
  liveramp: {
    access_key_id: 'GOOD_LOCAL_ACCESS_KEY',
    secret_access_key: S3_SECRET,
    bucket: 'uploads-for-liveramp',
    region: 'eu-west-1',
    prefix: '1234/uploads/',
  },
}

/** The field whose value says how the stand-in behaves. */
export const TOKEN_FIELD: Readonly<Record<AdPlatformType, string>> = {
  the_trade_desk: 'api_key',
  meta: 'access_token',
  google_ads: 'refresh_token',
  linkedin: 'access_token',
  tiktok: 'access_token',
  amazon_dsp: 'refresh_token',
  liveramp: 'access_key_id',
}

/** Good credentials whose token asks for `behaviour`. */
export function behaving(type: AdPlatformType, behaviour: string): Record<string, string> {
  const token = type === 'liveramp' ? `${behaviour.replaceAll('-', '_')}_local_access_key` : `${behaviour}-token`
  return { ...GOOD[type], [TOKEN_FIELD[type]]: token }
}

/** Every error of credentials that should have some. */
export function errorsOf(type: AdPlatformType, value: unknown): readonly FieldError[] {
  const errors = new FieldErrors()
  const credentials = readCredentials(type, value, errors)
  if ((credentials === undefined) !== errors.count > 0) throw new Error('errors and result contradict each other')
  return errors.shown
}
