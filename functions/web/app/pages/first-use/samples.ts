import type { DataType } from '../builder/model/draft.ts'

/** Records to look around with: those of a shop that does not exist. */

export interface SampleAudience {
  readonly name: string
  readonly description: string
  readonly data_type: DataType
  readonly status: 'draft' | 'active' | 'archived'
  /** Codes of the catalogue, with their relevance in percent. */
  readonly variables: Readonly<Record<string, number>>
  /** Sizes by name; null: not known yet. */
  readonly segments: Readonly<Record<string, number | null>>
  readonly tags: readonly string[]
  readonly campaign?: string
}

export const SAMPLE_AUDIENCES: readonly SampleAudience[] = [
  {
    name: 'Weekend trail runners, west coast',
    description: 'Adults who run off-road at least twice a month and follow route or weather apps.',
    data_type: 'third_party',
    status: 'active',
    variables: { SPORT_TRAIL_RUNNING: 96, SPORT_OUTDOOR_APPS: 91, SPORT_RUNNING: 84, SPORT_HIKING: 62, DEVICE_IOS: 41 },
    segments: {
      'Route planners': 1_106_260,
      'Gear upgraders': 745_523,
      'Race entrants': 288_589,
      'Early risers': 168_344,
      'Winter crossovers': 96_196,
    },
    tags: ['outdoor', 'spring'],
    campaign: 'spring_trail_26',
  },
  {
    name: 'High-value cart leavers',
    description: 'Baskets over 150 left in the last 14 days, without an order since.',
    data_type: 'first_party',
    status: 'active',
    variables: { CRM_CART_LEAVER: 98, CRM_HIGH_VALUE: 88, BUYER_ONLINE_FREQUENT: 57 },
    segments: { '150 to 300': 12_480, 'Over 300': 3_905, 'Second basket this month': 2_116 },
    tags: ['retention'],
    campaign: 'cart_winback',
  },
  {
    name: 'New-home movers with pets',
    description: 'Households that moved in the last six months and buy pet food every month.',
    data_type: 'third_party',
    status: 'active',
    variables: { RECENT_MOVE: 95, PET_OWNER: 90, PET_FOOD_MONTHLY: 87, HOME_GARDEN: 48 },
    segments: {
      'Move-in month': 184_200,
      'Settled movers': 141_750,
      'Dog households': 96_300,
      'Cat households': null,
    },
    tags: ['pets', 'movers'],
  },
  {
    name: 'Lapsed loyalty members',
    description: 'Members without a purchase for twelve months who still read the newsletter.',
    data_type: 'first_party',
    status: 'active',
    variables: { CRM_LOYALTY_MEMBER: 97, CRM_LAPSED: 94, CRM_NEWSLETTER: 71 },
    segments: { 'One year': 41_020, 'Two years': 28_377, 'Points about to expire': 9_644 },
    tags: ['retention', 'loyalty'],
    campaign: 'welcome_back',
  },
  {
    name: 'Early holiday gift planners',
    description: 'People who begin to buy gifts in October, most of them online.',
    data_type: 'third_party',
    status: 'active',
    variables: { BUYER_GIFTS: 93, BUYER_ONLINE_FREQUENT: 77, BUYER_TOYS: 64, HH_CHILDREN_6_12: 58 },
    segments: {
      'Toy shoppers': 812_900,
      'Gadget shoppers': 640_115,
      'Home and kitchen': 433_870,
      'Gift cards': 120_406,
    },
    tags: ['holiday'],
    campaign: 'holiday_26',
  },
  {
    name: 'Electric car considerers',
    description: 'Owners of a home with a garage or drive who read about electric cars and whose lease ends soon.',
    data_type: 'third_party',
    status: 'active',
    variables: { CAR_ELECTRIC_INTENT: 97, CAR_LEASE_ENDING: 83, HOME_OWNER: 69, HOME_SOLAR: 55, INCOME_125K_UP: 44 },
    segments: { 'Lease ends within 3 months': 58_310, 'Solar at home': 47_225, 'Two cars': 121_940 },
    tags: ['auto'],
  },
  {
    name: 'City coffee regulars',
    description: 'City dwellers who buy specialty coffee every week and commute by bike or train.',
    data_type: 'clean_room',
    status: 'active',
    variables: { DRINK_COFFEE: 95, AREA_URBAN: 82, TRANSIT_COMMUTER: 61, BIKE_COMMUTER: 52 },
    segments: { 'Before nine': 310_488, 'Beans at home': 204_917, 'Lunch break': 187_350 },
    tags: ['coffee', 'local'],
    campaign: 'morning_cup',
  },
  {
    name: 'Young families, organic food',
    description: 'Parents of children under six who choose organic food.',
    data_type: 'clean_room',
    status: 'active',
    variables: { HH_CHILDREN_0_5: 94, FOOD_ORGANIC: 92, NEW_PARENT: 70, GROCERY_PREMIUM: 51 },
    segments: { 'First child': 266_140, 'Two and more': 341_905, 'Vegetarian homes': 58_772 },
    tags: ['families', 'food'],
  },
  {
    name: 'App users who shop in stores',
    description: 'Customers who open the app in the week of a visit to a store.',
    data_type: 'first_party',
    status: 'active',
    variables: { CRM_APP_USER: 96, CRM_STORE_VISITOR: 90, CRM_CUSTOMER: 66 },
    segments: { 'Scan in the aisle': 22_416, 'Collect orders': 17_980, 'Browse only': 35_127 },
    tags: ['stores'],
  },
  {
    name: 'Weekend travellers by train',
    description: 'Couples and friends who take three or more weekend trips a year and book late.',
    data_type: 'third_party',
    status: 'draft',
    variables: { TRAVEL_WEEKEND: 94, TRANSIT_COMMUTER: 60, HH_COUPLE: 52 },
    segments: { 'City breaks': null, 'Hiking weekends': null },
    tags: ['travel'],
  },
  {
    name: 'Smart-home starters',
    description: 'New owners who bought a first connected device this year.',
    data_type: 'third_party',
    status: 'draft',
    variables: { DEVICE_SMART_HOME: 91, FIRST_HOME: 79, BUYER_ELECTRONICS: 68 },
    segments: {},
    tags: [],
  },
  {
    name: 'Summer festival goers 2025',
    description: 'People who bought tickets for at least one open-air festival last summer.',
    data_type: 'clean_room',
    status: 'archived',
    variables: { INTEREST_MUSIC_LIVE: 97, AGE_18_24: 63, MEDIA_SOCIAL_VIDEO: 59 },
    segments: { 'One festival': 174_300, 'Two and more': 61_850 },
    tags: ['events'],
    campaign: 'summer_25',
  },
]

export const SAMPLE_PLATFORMS = [
  { platform_type: 'the_trade_desk', name: 'The Trade Desk, programmatic', default_match_rate: 0.62 },
  { platform_type: 'meta', name: 'Meta, social', default_match_rate: 0.58 },
  { platform_type: 'google_ads', name: 'Google Ads, search and video', default_match_rate: 0.55 },
] as const

/**
 * Sends of the first audiences. Nothing of them ever leaves: each is planned for next year, or cancelled.
 * `audience` and `platform` say which, by their places in the lists.
 */
export const SAMPLE_DISTRIBUTIONS = [
  { audience: 0, platform: 0, is_cancelled: false },
  { audience: 1, platform: 1, is_cancelled: false },
  { audience: 4, platform: 2, is_cancelled: false },
  { audience: 3, platform: 1, is_cancelled: true },
] as const
