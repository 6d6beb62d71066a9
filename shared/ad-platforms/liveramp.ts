import * as z from 'zod/mini'

import { identifier, secret } from './credential-fields.ts'
import { adPlatform } from './ad-platform.ts'
import type { TestCode, TestOutcome } from './test-outcome.ts'
import { type PlatformAnswer, generalCode, urlOf } from './http-call.ts'
import { signatureHeaders } from './s3-signature.ts'

/**
 * LiveRamp: lists the S3 bucket that files for it are put into, which is how LiveRamp takes files by key.
 *
 * `GET https://s3.{region}.amazonaws.com/{bucket}?list-type=2&max-keys=1[&prefix=…]`, path-style and signed (SigV4) →
 * `<ListBucketResult>`. Failures: `<Error><Code>AccessDenied</Code>…`; a bucket of another region answers 301 (or 400
 * `AuthorizationHeaderMalformed`), and that redirect is not followed.
 * Sources: docs.liveramp.com/connect/en/allow-liveramp-to-access-your-aws-s3-bucket.html (access by an IAM user's keys,
 * bucket and path), docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, …/API/ErrorResponses.html,
 * …/userguide/bucketnamingrules.html.
 */

const REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ca-central-1',
  'sa-east-1',
  'eu-central-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'af-south-1',
  'me-central-1',
  'me-south-1',
  'ap-east-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-south-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-southeast-4',
] as const

const BUCKET = /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

const OTHER_REGION = 'The bucket exists, but in another region. Choose the region that AWS shows for it.'
const WRONG_KEYS = 'AWS did not accept the access key. It may be mistyped, deleted or deactivated. Enter a new one.'

export const liveramp = adPlatform({
  label: 'LiveRamp',
  account_noun: 'bucket',
  credentials: z.strictObject({
    access_key_id: identifier(/^\w{16,128}$/, '16 to 128 letters and digits'),
    secret_access_key: secret(200),
    bucket: identifier(BUCKET, '3 to 63 lower case letters, digits, hyphens and dots: the name of an S3 bucket'),
    region: z.enum(REGIONS),
    prefix: z.optional(identifier(/^[\w./-]{1,200}$/, '1 to 200 letters, digits and _ . / -')),
  }),
  shown_fields: ['access_key_id', 'bucket', 'region'],
  async test({ access_key_id, secret_access_key, bucket, region, prefix }, { call, settings, clock }) {
    const override = settings.AD_PLATFORM_LIVERAMP_URL
    const base = override === undefined ? `https://s3.${region}.amazonaws.com` : `${override}/${region}`
    const query = { 'list-type': '2', 'max-keys': '1', ...(prefix !== undefined && { prefix }) }
    const url = urlOf({ base, path: [bucket], query })
    const headers = await signatureHeaders({ url, region, access_key_id, secret_access_key, now_ms: clock.nowMs() })
    const answer = await call({ method: 'GET', base, path: [bucket], query, headers })
    if (answer.kind === 'failure') return { code: answer.code }
    if (answer.status !== 200) return refusal(answer)
    return { code: isListing(answer) ? 'ok' : 'unexpected_answer' }
  },
})

/** A key of 1 KiB, its owner and the rest are far from the limit: what is longer is something else. */
function isListing({ text, cut }: PlatformAnswer): boolean {
  return !cut && /<ListBucketResult[\s>]/.test(text)
}

const MEANINGS: Readonly<Record<string, TestCode>> = {
  InvalidAccessKeyId: 'bad_token',
  SignatureDoesNotMatch: 'bad_token',
  AccessDenied: 'no_access',
  AllAccessDisabled: 'no_access',
  NoSuchBucket: 'wrong_account',
  PermanentRedirect: 'wrong_account',
  AuthorizationHeaderMalformed: 'wrong_account',
  SlowDown: 'rate_limited',
  // Our clock is wrong: the user cannot mend that.
  RequestTimeTooSkewed: 'unexpected_answer',
}

function refusal(answer: PlatformAnswer): TestOutcome {
  const name = /<Code>(\w{1,60})<\/Code>/.exec(answer.text)?.[1] ?? ''
  const code = Object.hasOwn(MEANINGS, name) ? (MEANINGS[name] as TestCode) : generalCode(answer)
  if (code === 'bad_token') return { code, message: WRONG_KEYS }
  return name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed'
    ? { code, message: OTHER_REGION }
    : { code }
}
