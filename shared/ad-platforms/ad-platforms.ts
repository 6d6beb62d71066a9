import * as z from 'zod/mini'

import type { Clock } from '../base/clock.ts'
import type { FieldError } from '../base/problem.ts'
import { withAbortAfter } from '../base/timeout.ts'
import type { FieldErrors } from '../records/validation/field-errors.ts'
import { collect } from '../records/validation/validate.ts'
import { amazonDsp } from './amazon-dsp.ts'
import { BROWSER_ENCRYPTED } from './credential-fields.ts'
import { googleAds } from './google-ads.ts'
import { type PlatformCall, callPlatform, TEST_DURATION_MS_MAX } from './http-call.ts'
import { linkedin } from './linkedin.ts'
import { liveramp } from './liveramp.ts'
import { meta } from './meta.ts'
import type { AdPlatformSettings } from './settings.ts'
import { theTradeDesk } from './the-trade-desk.ts'
import { tiktok } from './tiktok.ts'
import { type TestResult, testResult } from './test-outcome.ts'

/** Every platform type, by the name that records have for it. A new one is a file beside this one and a line here. */
export const AD_PLATFORMS = {
  the_trade_desk: theTradeDesk,
  meta,
  google_ads: googleAds,
  linkedin,
  tiktok,
  amazon_dsp: amazonDsp,
  liveramp,
} as const

export type AdPlatformType = keyof typeof AD_PLATFORMS

/** Credentials that fit their platform type. Only text: they are encrypted as JSON. */
export type Credentials = Readonly<Record<string, string>>

/** Fields in which clients of the old system sent credentials that they had encrypted in the browser. */
const CIPHERTEXT_FIELDS = ['encrypted', 'encrypted_credentials', 'ciphertext']

/**
 * `value` as credentials of the type; every bad field goes into `errors` as `credentials.api_key`, never with its value.
 * @param path where the value stands in the request
 * @returns undefined when something was bad
 */
export function readCredentials(
  type: AdPlatformType,
  value: unknown,
  errors: FieldErrors,
  path = 'credentials',
): Credentials | undefined {
  const encrypted = browserEncrypted(value, path)
  if (encrypted !== undefined) {
    errors.add(encrypted.path, encrypted.message)
    return undefined
  }
  const schema = z.strictObject({ [path]: AD_PLATFORMS[type].credentials as z.ZodMiniType<Credentials> })
  return collect(schema, { [path]: value }, errors, path)?.[path]
}

/** A whole blob instead of fields: asking for the fields that are missing would only confuse. */
function browserEncrypted(value: unknown, path: string): FieldError | undefined {
  if (typeof value === 'string') return { path, message: BROWSER_ENCRYPTED }
  if (typeof value !== 'object' || value === null) return undefined
  const field = CIPHERTEXT_FIELDS.find((name) => Object.hasOwn(value, name))
  return field === undefined ? undefined : { path: `${path}.${field}`, message: BROWSER_ENCRYPTED }
}

/** The part of credentials that users may see: the names of all fields, and `…1234` of those that are not secret. */
export interface CredentialsView {
  fields: string[]
  hint: Record<string, string>
}

const SHOWN_CHARACTERS = 4

export function viewCredentials(type: AdPlatformType, credentials: Credentials): CredentialsView {
  const shown: readonly string[] = AD_PLATFORMS[type].shown_fields
  const hints = Object.entries(credentials)
    .filter(([name]) => shown.includes(name))
    .map(([name, value]) => [name, `…${value.slice(-SHOWN_CHARACTERS)}`] as const)
  return { fields: Object.keys(credentials), hint: Object.fromEntries(hints) }
}

export interface TestOptions {
  settings: AdPlatformSettings
  clock: Clock
  /** Aborts when the client has gone. */
  signal?: AbortSignal
}

/**
 * Calls the platform with the credentials, within 10 s. Every answer, and none, is a result.
 * @param credentials as they were stored; checked again, for they may be older than today's fields
 * @throws the reason of `signal` when it aborted
 */
export async function testCredentials(
  type: AdPlatformType,
  credentials: unknown,
  { settings, clock, signal }: TestOptions,
): Promise<TestResult> {
  const platform = AD_PLATFORMS[type]
  const outcome = await withAbortAfter(clock, TEST_DURATION_MS_MAX, (limit) => {
    const call = (request: PlatformCall) => callPlatform(request, { limit, cancelled: signal })
    return platform.test(credentials, { settings, clock, call })
  })
  return testResult(platform, outcome)
}
