/**
 * Variables to pick from, as marketers know them. The codes are those of no vendor: a customer who has codes of their own
 * pastes them, or configures the service that suggests them.
 */

export interface CatalogueVariable {
  readonly code: string
  readonly description: string
  readonly category: string
  readonly type: string
}

interface CatalogueCategory {
  readonly type: string
  readonly variables: Readonly<Record<string, string>>
}

const CATEGORIES: Readonly<Record<string, CatalogueCategory>> = {
  Demographics: {
    type: 'demographic',
    variables: {
      AGE_18_24: 'Age 18 to 24',
      AGE_25_34: 'Age 25 to 34',
      AGE_35_44: 'Age 35 to 44',
      AGE_45_54: 'Age 45 to 54',
      AGE_55_64: 'Age 55 to 64',
      AGE_65_UP: 'Age 65 and over',
      GENDER_FEMALE: 'Women',
      GENDER_MALE: 'Men',
      EDUCATION_DEGREE: 'University degree',
      OCCUPATION_PROFESSIONAL: 'Professionals and managers',
      OCCUPATION_SELF_EMPLOYED: 'Self-employed',
      OCCUPATION_STUDENT: 'Students',
      OCCUPATION_RETIRED: 'Retired',
      LANGUAGE_SPANISH: 'Speaks Spanish at home',
    },
  },
  Household: {
    type: 'demographic',
    variables: {
      HH_SINGLE: 'Lives alone',
      HH_COUPLE: 'Couple without children',
      HH_CHILDREN_0_5: 'Children under 6 at home',
      HH_CHILDREN_6_12: 'Children 6 to 12 at home',
      HH_TEENAGERS: 'Teenagers at home',
      HH_EMPTY_NEST: 'Children have left home',
      HH_MULTIGENERATION: 'Three generations in one home',
      PET_DOG: 'Owns a dog',
      PET_CAT: 'Owns a cat',
      PET_OWNER: 'Owns any pet',
    },
  },
  'Home and property': {
    type: 'property',
    variables: {
      HOME_OWNER: 'Owns the home',
      HOME_RENTER: 'Rents the home',
      HOME_NEW_BUILD: 'Home built in the last 10 years',
      HOME_GARDEN: 'Home with a garden',
      HOME_SOLAR: 'Solar panels on the roof',
      AREA_URBAN: 'Lives in a city',
      AREA_SUBURBAN: 'Lives in a suburb',
      AREA_RURAL: 'Lives in the country',
      HOME_IMPROVER: 'Renovated in the last 2 years',
    },
  },
  'Life events': {
    type: 'life_event',
    variables: {
      RECENT_MOVE: 'Moved in the last 6 months',
      MOVING_SOON: 'Plans to move',
      NEW_PARENT: 'New parent',
      NEWLY_WED: 'Married in the last year',
      NEW_JOB: 'Changed jobs in the last 6 months',
      GRADUATING: 'Graduates this year',
      RETIRING: 'Retires within 2 years',
      FIRST_HOME: 'Bought a first home',
    },
  },
  'Income and finance': {
    type: 'financial',
    variables: {
      INCOME_BELOW_40K: 'Household income below 40,000',
      INCOME_40K_75K: 'Household income 40,000 to 75,000',
      INCOME_75K_125K: 'Household income 75,000 to 125,000',
      INCOME_125K_UP: 'Household income above 125,000',
      INVESTOR: 'Owns shares or funds',
      MORTGAGE: 'Has a mortgage',
      CREDIT_CARD_REWARDS: 'Collects points with a credit card',
      INSURANCE_SWITCHER: 'Changed insurer in the last year',
      DONOR: 'Gives to charities',
    },
  },
  'Shopping behaviour': {
    type: 'behavioral',
    variables: {
      BUYER_ONLINE_FREQUENT: 'Buys online every week',
      BUYER_LUXURY: 'Buys premium brands',
      BUYER_DISCOUNT: 'Buys with coupons and in sales',
      BUYER_SUSTAINABLE: 'Chooses sustainable products',
      BUYER_GIFTS: 'Buys gifts before holidays',
      BUYER_FASHION: 'Buys fashion every month',
      BUYER_BEAUTY: 'Buys beauty and care products',
      BUYER_ELECTRONICS: 'Buys new electronics early',
      BUYER_TOYS: 'Buys toys',
      BUYER_FURNITURE: 'Bought furniture in the last year',
      SUBSCRIBER_BOXES: 'Subscribes to boxes',
    },
  },
  'Food and drink': {
    type: 'behavioral',
    variables: {
      FOOD_ORGANIC: 'Buys organic food',
      FOOD_DELIVERY: 'Orders food to the door',
      FOOD_VEGETARIAN: 'Eats vegetarian or vegan',
      FOOD_RESTAURANTS: 'Eats out every week',
      DRINK_COFFEE: 'Buys specialty coffee',
      DRINK_WINE: 'Buys wine',
      PET_FOOD_MONTHLY: 'Buys pet food every month',
      GROCERY_PREMIUM: 'Shops at premium grocers',
    },
  },
  Travel: {
    type: 'behavioral',
    variables: {
      TRAVEL_WEEKEND: 'Weekend trips by car or train',
      TRAVEL_FAMILY: 'Family holidays',
      TRAVEL_LONG_HAUL: 'Flies long distances every year',
      TRAVEL_BUSINESS: 'Travels for business',
      TRAVEL_CRUISE: 'Has been on a cruise',
      TRAVEL_CAMPING: 'Goes camping',
      TRAVEL_SKI: 'Skiing holidays',
      TRAVEL_LOYALTY: 'Member of an airline or hotel programme',
    },
  },
  'Cars and mobility': {
    type: 'behavioral',
    variables: {
      CAR_OWNER: 'Owns a car',
      CAR_ELECTRIC: 'Drives an electric car',
      CAR_ELECTRIC_INTENT: 'Considers an electric car',
      CAR_LEASE_ENDING: 'Lease ends within 6 months',
      CAR_SUV: 'Drives an SUV',
      BIKE_COMMUTER: 'Cycles to work',
      TRANSIT_COMMUTER: 'Uses public transport every day',
    },
  },
  'Sport and outdoors': {
    type: 'interest',
    variables: {
      SPORT_RUNNING: 'Runs every week',
      SPORT_TRAIL_RUNNING: 'Runs off-road',
      SPORT_CYCLING: 'Road or mountain cycling',
      SPORT_FITNESS: 'Goes to a gym',
      SPORT_YOGA: 'Yoga and pilates',
      SPORT_HIKING: 'Hiking',
      SPORT_GOLF: 'Golf',
      SPORT_FOOTBALL_FAN: 'Follows football',
      SPORT_OUTDOOR_APPS: 'Uses route or weather apps',
    },
  },
  'Interests and culture': {
    type: 'interest',
    variables: {
      INTEREST_COOKING: 'Cooks at home',
      INTEREST_GARDENING: 'Gardening',
      INTEREST_DIY: 'Does repairs and building at home',
      INTEREST_READING: 'Reads books',
      INTEREST_MUSIC_LIVE: 'Goes to concerts',
      INTEREST_GAMING: 'Plays video games',
      INTEREST_PHOTOGRAPHY: 'Photography',
      INTEREST_CRAFTS: 'Crafts and sewing',
      INTEREST_MUSEUMS: 'Visits museums',
    },
  },
  'Media and devices': {
    type: 'technographic',
    variables: {
      MEDIA_STREAMING: 'Streams video every day',
      MEDIA_CONNECTED_TV: 'Watches on a connected TV',
      MEDIA_PODCASTS: 'Listens to podcasts',
      MEDIA_SOCIAL_VIDEO: 'Watches short videos',
      MEDIA_NEWS: 'Reads news every day',
      MEDIA_RADIO: 'Listens to the radio in the car',
      DEVICE_IOS: 'Uses an iPhone',
      DEVICE_ANDROID: 'Uses an Android phone',
      DEVICE_SMART_HOME: 'Has a smart home',
    },
  },
  'Your customers': {
    type: 'first_party',
    variables: {
      CRM_CUSTOMER: 'Has bought from you',
      CRM_NEW_CUSTOMER: 'First purchase in the last 90 days',
      CRM_LAPSED: 'No purchase for 12 months',
      CRM_HIGH_VALUE: 'Top fifth by spend',
      CRM_LOYALTY_MEMBER: 'Member of your loyalty programme',
      CRM_CART_LEAVER: 'Left a basket in the last 14 days',
      CRM_NEWSLETTER: 'Reads your newsletter',
      CRM_APP_USER: 'Uses your app',
      CRM_STORE_VISITOR: 'Visits your stores',
      CRM_RETURNS: 'Often sends goods back',
    },
  },
}

export const CATALOGUE: readonly CatalogueVariable[] = Object.entries(CATEGORIES).flatMap(
  ([category, { type, variables }]) =>
    Object.entries(variables).map(([code, description]) => ({ code, description, category, type })),
)

const BY_CODE = new Map(CATALOGUE.map((variable) => [variable.code, variable]))

export function variableOfCode(code: string): CatalogueVariable | undefined {
  return BY_CODE.get(code.toUpperCase())
}

/** Words for a type of variable: the catalogue's, or as it came. */
export const VARIABLE_TYPES: Readonly<Record<string, string>> = {
  demographic: 'Demographic',
  property: 'Property',
  life_event: 'Life event',
  financial: 'Financial',
  behavioral: 'Behavioral',
  interest: 'Interest',
  technographic: 'Technographic',
  first_party: 'First-party',
}

/** The variables that have every word of a search in their name, code or category, by category. */
export function catalogueFor(search: string): ReadonlyMap<string, readonly CatalogueVariable[]> {
  const words = folded(search).split(/\s+/).filter(Boolean)
  const found = CATALOGUE.filter(({ code, description, category }) => {
    const text = folded(`${description} ${code} ${category}`)
    return words.every((word) => text.includes(word))
  })
  return Map.groupBy(found, ({ category }) => category)
}

function folded(text: string): string {
  return text.normalize('NFC').toLocaleLowerCase()
}
