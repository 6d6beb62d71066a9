import { expect, test } from 'vitest'

import { signatureHeaders } from '#shared/ad-platforms/s3-signature.ts'

/** Source: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "GET Bucket (List Objects)". */
test('AWS’s own example of listing a bucket gets the signature that AWS prints', async () => {
  const headers = await signatureHeaders({
    url: new URL('https://examplebucket.s3.amazonaws.com/?prefix=J&max-keys=2'),
    region: 'us-east-1',
    access_key_id: 'AKIAIOSFODNN7EXAMPLE',
    secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    now_ms: Date.parse('2013-05-24T00:00:00Z'),
  })
  expect(headers).toEqual({
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-amz-date': '20130524T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
      'SignedHeaders=host;x-amz-content-sha256;x-amz-date, ' +
      'Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  })
})
