import { AwsV4Signer } from 'aws4fetch'
import { createHash } from 'node:crypto'

export interface SignedRequest {
  /** With its query. */
  url: URL
  region: string
  access_key_id: string
  secret_access_key: string
  now_ms: number
}

const EMPTY_BODY_SHA256 = createHash('sha256').update('').digest('hex')

/**
 * The headers that sign a GET request to S3: AWS Signature Version 4.
 *
 * Only the library's signer is used: its client would send and repeat requests itself, without our limits of time and
 * size. The signer caches the key that it derives from the secret; both end with this call, as no cache is passed in.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export async function signatureHeaders(request: SignedRequest): Promise<Record<string, string>> {
  const { url, region, access_key_id, secret_access_key, now_ms } = request
  const signer = new AwsV4Signer({
    method: 'GET',
    url: url.href,
    // Without this header the library would leave the body out of the signature.
    headers: { 'X-Amz-Content-Sha256': EMPTY_BODY_SHA256 },
    service: 's3',
    region,
    accessKeyId: access_key_id,
    secretAccessKey: secret_access_key,
    datetime: new Date(now_ms).toISOString().replace(/[-:]|\.\d{3}/g, ''),
  })
  const { headers } = await signer.sign()
  return Object.fromEntries(headers)
}
