import type { PlatformType } from '#shared/records/platform.ts'

/** What each platform asks for, in the words of the app; `shared/ad-platforms` has the rules. */

export interface CredentialField {
  readonly name: string
  readonly label: string
  /** It is never shown again, and is typed unseen. */
  readonly is_secret?: boolean
  readonly is_optional?: boolean
  readonly hint?: string
  /** The values that there are, by the words for them. */
  readonly options?: Readonly<Record<string, string>>
}

export interface CredentialForm {
  /** What a user needs at hand: "an advertiser ID and an access token". */
  readonly needs: string
  /** Where those are found. */
  readonly where: string
  /** The field that tells one account from another, and the word for it. */
  readonly account: { readonly field: string; readonly words: string }
  readonly fields: readonly CredentialField[]
}

const REFRESH_TOKEN_FIELDS: readonly CredentialField[] = [
  { name: 'client_id', label: 'Client ID' },
  { name: 'client_secret', label: 'Client secret', is_secret: true },
  { name: 'refresh_token', label: 'Refresh token', is_secret: true },
]

const BUCKET_REGIONS = [
  'us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1',
  'eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3',
  'af-south-1 me-central-1 me-south-1',
  'ap-east-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2',
  'ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4',
].flatMap((names) => names.split(' '))

export const CREDENTIAL_FORMS: Readonly<Record<PlatformType, CredentialForm>> = {
  the_trade_desk: {
    needs: 'an API token and an advertiser ID',
    where: 'In The Trade Desk, open the partner portal, then API tokens, and create a token for this advertiser.',
    account: { field: 'account_id', words: 'advertiser' },
    fields: [
      { name: 'account_id', label: 'Advertiser ID' },
      { name: 'api_key', label: 'API token', is_secret: true },
    ],
  },
  meta: {
    needs: 'an ad account ID and an access token',
    where: 'In Meta Business settings, open System users and create a token with access to this ad account.',
    account: { field: 'account_id', words: 'account' },
    fields: [
      { name: 'account_id', label: 'Ad account ID', hint: 'With or without act_ before the digits.' },
      { name: 'access_token', label: 'Access token', is_secret: true },
      { name: 'app_secret', label: 'App secret', is_secret: true, is_optional: true },
    ],
  },
  google_ads: {
    needs: 'a customer ID, a developer token and an OAuth client with its refresh token',
    where: 'In Google Ads, open the API Center of your manager account for the developer token.',
    account: { field: 'customer_id', words: 'customer' },
    fields: [
      { name: 'customer_id', label: 'Customer ID', hint: 'Ten digits, such as 123-456-7890.' },
      {
        name: 'login_customer_id',
        label: 'Manager account ID',
        is_optional: true,
        hint: 'Needed when a manager account reaches this customer.',
      },
      { name: 'developer_token', label: 'Developer token', is_secret: true },
      ...REFRESH_TOKEN_FIELDS,
    ],
  },
  linkedin: {
    needs: 'an ad account ID and an access token',
    where: 'In LinkedIn Campaign Manager, create a new access token for this ad account.',
    account: { field: 'account_id', words: 'account' },
    fields: [
      { name: 'account_id', label: 'Ad account ID' },
      { name: 'access_token', label: 'Access token', is_secret: true },
    ],
  },
  tiktok: {
    needs: 'an advertiser ID and an access token',
    where: 'In TikTok for Business, authorise your app for this advertiser and copy its long-term access token.',
    account: { field: 'advertiser_id', words: 'advertiser' },
    fields: [
      { name: 'advertiser_id', label: 'Advertiser ID' },
      { name: 'access_token', label: 'Access token', is_secret: true },
    ],
  },
  amazon_dsp: {
    needs: 'a profile ID and a Login with Amazon client with its refresh token',
    where: 'In the Amazon developer console, open Login with Amazon and authorise the client for advertising.',
    account: { field: 'profile_id', words: 'profile' },
    fields: [
      { name: 'profile_id', label: 'Profile ID' },
      {
        name: 'region',
        label: 'Region',
        options: { NA: 'North America', EU: 'Europe', FE: 'Far East' },
      },
      ...REFRESH_TOKEN_FIELDS,
    ],
  },
  liveramp: {
    needs: 'the name of an S3 bucket and an access key for it',
    where: 'In AWS, create an access key of a user who may list and write this bucket.',
    account: { field: 'bucket', words: 'bucket' },
    fields: [
      { name: 'bucket', label: 'Bucket' },
      { name: 'region', label: 'Region', options: Object.fromEntries(BUCKET_REGIONS.map((name) => [name, name])) },
      { name: 'prefix', label: 'Folder', is_optional: true, hint: 'Where files go in the bucket, such as audiences/.' },
      { name: 'access_key_id', label: 'Access key ID' },
      { name: 'secret_access_key', label: 'Secret access key', is_secret: true },
    ],
  },
}

/** What was typed, without spaces around it, and without what was left empty. */
export function typedCredentials(
  { fields }: CredentialForm,
  typed: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = fields.map(({ name }) => [name, (typed[name] ?? '').trim()] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== ''))
}

/** The words beside each field that must not be empty and is. */
export function missingOf(
  { fields }: CredentialForm,
  credentials: Readonly<Record<string, string>>,
): Record<string, string> {
  const missing = fields.filter(({ name, is_optional }) => !is_optional && credentials[name] === undefined)
  return Object.fromEntries(
    missing.map(({ name, label, options }) => [name, `${options ? 'Choose' : 'Enter'} the ${labelWithin(label)}.`]),
  )
}

/** A label inside a sentence: its abbreviations keep their capitals. */
function labelWithin(label: string): string {
  return /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label
}
