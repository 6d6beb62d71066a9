import * as z from 'zod/mini'

/**
 * The address of each platform. The addresses are fixed; a setting may replace one by a stand-in, or by the next version
 * of an API. No text of a user ever becomes part of a host.
 */

/** An address without query, fragment or credentials, and without the slash at its end. Plain http: this machine only. */
const address = z
  .pipe(
    z.string(),
    z.transform((text) => text.replace(/\/+$/, '')),
  )
  .check(z.refine(isBaseUrl, { error: 'must be an https address (or http on this machine), without query' }))

const THIS_MACHINE = new Set(['127.0.0.1', 'localhost', '[::1]'])

function isBaseUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || /[?#@\s]/.test(text)) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && THIS_MACHINE.has(url.hostname))
}

function fixed(url: string, what: string) {
  return { schema: z._default(address, url), description: what, example: url, endpoints: (value: string) => [value] }
}

/** A platform with one host per region: an override is one address, and the region becomes the first part of its path. */
function regional(what: string, example: string) {
  const endpoints = (value: string | undefined) => (value === undefined ? [] : [value])
  return { schema: z.optional(address), description: what, example, endpoints }
}

const STAND_IN = 'set it only to use a stand-in; by default the fixed host of the region.'

/** The settings of the function that tests credentials. Versions of APIs end after a year or two: they are settings too. */
export const adPlatformSettings = {
  AD_PLATFORM_THE_TRADE_DESK_URL: fixed('https://api.thetradedesk.com', "Address of The Trade Desk's API."),
  AD_PLATFORM_META_URL: fixed('https://graph.facebook.com/v25.0', "Address of Meta's Graph API, with its version."),
  AD_PLATFORM_GOOGLE_ADS_URL: fixed(
    'https://googleads.googleapis.com/v24',
    'Address of the Google Ads API, with its version.',
  ),
  AD_PLATFORM_GOOGLE_ADS_TOKEN_URL: fixed(
    'https://oauth2.googleapis.com',
    'Address at which Google exchanges refresh tokens.',
  ),
  AD_PLATFORM_LINKEDIN_URL: fixed('https://api.linkedin.com', "Address of LinkedIn's API."),
  AD_PLATFORM_LINKEDIN_VERSION: {
    schema: z._default(
      z.string().check(z.regex(/^20\d{4}$/, { error: 'must be a year and month such as 202606' })),
      '202606',
    ),
    description: "Version of LinkedIn's API, sent as LinkedIn-Version; LinkedIn ends each after about a year.",
    example: '202606',
  },
  AD_PLATFORM_TIKTOK_URL: fixed('https://business-api.tiktok.com/open_api/v1.3', "Address of TikTok's business API."),
  AD_PLATFORM_AMAZON_DSP_URL: regional(
    `Address of the Amazon Ads API; ${STAND_IN}`,
    'http://127.0.0.1:9100/amazon_dsp',
  ),
  AD_PLATFORM_AMAZON_DSP_TOKEN_URL: regional(
    `Address at which Login with Amazon exchanges refresh tokens; ${STAND_IN}`,
    'http://127.0.0.1:9100/amazon_dsp',
  ),
  AD_PLATFORM_LIVERAMP_URL: regional(
    `Address of S3, for the buckets that LiveRamp reads; ${STAND_IN}`,
    'http://127.0.0.1:9100/liveramp',
  ),
} as const

export type AdPlatformSettings = {
  readonly [Name in keyof typeof adPlatformSettings]: z.output<(typeof adPlatformSettings)[Name]['schema']>
}
