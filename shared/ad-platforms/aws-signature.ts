import { createHash, createHmac } from 'node:crypto'

import { queryText } from './http-call.ts'

export interface SignedRequest {
  method: 'GET'
  host: string
  /** Encoded, as in the address. */
  pathname: string
  query: Readonly<Record<string, string>>
  region: string
  access_key_id: string
  secret_access_key: string
  now_ms: number
}

const EMPTY_BODY_SHA256 = createHash('sha256').update('').digest('hex')

/**
 * The headers that sign an S3 request without a body: AWS Signature Version 4.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signatureHeaders(request: SignedRequest): Record<string, string> {
  const { method, host, pathname, query, region, access_key_id, secret_access_key, now_ms } = request
  const time = new Date(now_ms).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = time.slice(0, 8)
  const headers = { host, 'x-amz-content-sha256': EMPTY_BODY_SHA256, 'x-amz-date': time }
  const signed = Object.keys(headers).join(';')
  const header_lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const sorted = Object.fromEntries(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)))
  const canonical = [method, pathname, queryText(sorted), header_lines.join(''), signed, EMPTY_BODY_SHA256].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const to_sign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secret_access_key}`))
  const signature = hmac(key, to_sign).toString('hex')
  const { host: _, ...sent } = headers
  return {
    ...sent,
    Authorization: `AWS4-HMAC-SHA256 Credential=${access_key_id}/${scope},SignedHeaders=${signed},Signature=${signature}`,
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
