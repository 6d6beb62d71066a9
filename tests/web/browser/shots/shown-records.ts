import { APP_SECRET } from '#infra/stand-ins/ad-platforms/platforms/meta.ts'
import { LISTED_ACCOUNT } from '#infra/stand-ins/ad-platforms/behaviours.ts'
import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import type { WebSite } from '../web-site.ts'
import { saveShownSends } from './shown-sends.ts'

const DAY_MS = 86_400_000

/** Records for pictures: names short and long, every type and status, sizes known and unknown. */
export const SHOWN_USER = 'shown'

interface ShownAudience {
  readonly name: string
  readonly description?: string
  readonly data_type?: string
  readonly status?: string
  /** How long it has been there. */
  readonly age_days?: number
  /** Of its segments; none: not known. */
  readonly sizes: readonly number[]
  readonly variables: readonly string[]
}

const AUDIENCES: readonly ShownAudience[] = [
  {
    name: 'Streaming households, all regions, every device seen since January',
    description: 'Reach pool for the brand film: any household with a connected TV.',
    data_type: 'clean_room',
    age_days: 150,
    sizes: [1_204_516, 700_000, 500_000, 400_000, 200_000, 100_000],
    variables: ['Connected TV', 'Household size', ...Array.from({ length: 15 }, (_, at) => `Variable ${at}`)],
  },
  {
    name: 'מטיילי סוף שבוע עם ילדים',
    description: 'מטיילי סוף שבוע עם ילדים, כל האזורים',
    data_type: 'first_party',
    status: 'archived',
    sizes: [1_204_516_930],
    variables: ['A variable with a long name that somebody gave it', 'Device'],
  },
  {
    name: 'Verylongnamewithoutanyspacebecausesomebodypastedacampaignidentifierintoit'.repeat(2),
    data_type: 'first_party',
    sizes: [12],
    variables: [],
  },
  {
    name: 'Early holiday gift planners',
    description: 'People who read gift guides or compared delivery dates before 1 November.',
    data_type: 'third_party',
    age_days: 50,
    sizes: [400_000, 300_000, 150_000, 88_200],
    variables: ['Gift guides', 'Delivery checks', 'Basket value', 'Days since visit', 'Newsletter opens'],
  },
  {
    name: 'New-home movers with pets',
    description: 'Households that moved in the last six months and buy pet food every month.',
    data_type: 'third_party',
    status: 'draft',
    sizes: [],
    variables: ['Recent move', 'Pet owner', 'Basket value', 'Household size'],
  },
  {
    name: 'Lapsed loyalty members, 90 days and more',
    description: 'Card holders with no purchase in 90 days who opened a newsletter since.',
    data_type: 'first_party',
    age_days: 320,
    sizes: [240_000, 120_000, 52_906],
    variables: ['Last purchase', 'Newsletter opens', 'Points', 'Region', 'Store'],
  },
  {
    name: 'High-value cart leavers',
    description: 'Baskets over 150 left in the last 14 days, without a later order.',
    data_type: 'first_party',
    age_days: 240,
    sizes: [61_200, 25_212],
    variables: ['Basket value', 'Days since visit', 'Device'],
  },
  {
    name: 'Weekend trail runners, west coast',
    description: 'Adults who run off-road at least twice a month and follow route or weather apps.',
    data_type: 'third_party',
    sizes: [1_106_260, 745_523, 288_589, 168_344, 96_196],
    variables: ['Outdoor running', 'Route apps', ...Array.from({ length: 10 }, (_, at) => `Trail habit ${at + 1}`)],
  },
]

const SEGMENTS = ['Route planners', 'Gear upgraders', 'Race entrants', 'Early risers', 'Winter crossovers', 'Others']

const SEAT = { account_id: 'advertiser-4821' }

/** The first two are what is sent to. */
const PLATFORMS = [
  { platform_type: 'the_trade_desk', name: 'The Trade Desk', credentials: { ...SEAT, api_key: 'good-key' } },
  {
    platform_type: 'meta',
    name: 'Meta, brand account',
    credentials: { account_id: LISTED_ACCOUNT, access_token: 'good-token', app_secret: APP_SECRET },
    settings: { default_match_rate: 0.62 },
  },
  {
    platform_type: 'linkedin',
    name: 'LinkedIn, B2B launches',
    credentials: { account_id: LISTED_ACCOUNT, access_token: 'bad-token' },
  },
  { platform_type: 'google_ads', name: 'Google Ads, always on' },
  {
    platform_type: 'tiktok',
    name: 'TikTok, a name as long as somebody wanted it to be, with its region and its agency',
    credentials: { advertiser_id: '70012', access_token: 'rate-limited-token' },
  },
  {
    platform_type: 'the_trade_desk',
    name: 'The Trade Desk, holiday 2025',
    credentials: { ...SEAT, api_key: 'good-key' },
    is_disconnected: true,
  },
]

/** Saves them, and what was sent, as one user. */
export async function saveShownRecords(site: WebSite): Promise<void> {
  const audience_ids: string[] = []
  for (const { sizes, variables, age_days = 0, ...audience } of AUDIENCES) {
    const { audience: saved } = await site.save(SHOWN_USER, '/api/audiences', {
      ...audience,
      audience_id: newId('aud', systemClock.nowMs() - age_days * DAY_MS, systemRandom),
      original_query: audience.description ?? null,
      selected_variables: variables,
      segments: sizes.map((size, at) => ({ segment_id: at + 1, name: SEGMENTS[at], size })),
      metadata: { tags: ['autumn', 'outdoor'], campaign_id: 'TRAIL-26' },
    })
    audience_ids.push((saved as { audience_id: string }).audience_id)
  }
  const platform_ids: string[] = []
  for (const { is_disconnected = false, ...platform } of PLATFORMS) {
    const { platform: saved } = await site.save(SHOWN_USER, '/api/platforms', platform)
    const { platform_id } = saved as { platform_id: string }
    platform_ids.push(platform_id)
    const path = `/api/platforms/${platform_id}`
    if (platform.credentials) await site.save(SHOWN_USER, `${path}/test`, {}).catch(() => undefined)
    if (is_disconnected) await site.report(SHOWN_USER, `${path}/status`, { status: 'disconnected' })
  }
  await saveShownSends(site, { user_id: SHOWN_USER, audience_ids, platform_ids })
}
