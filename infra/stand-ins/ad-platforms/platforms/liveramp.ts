import { signatureHeaders } from '#shared/ad-platforms/s3-signature.ts'
import { accountOf, behaviourOf } from '../behaviours.ts'
import { type Exchange, header, NOT_FOUND, type PlatformStandIn, type Reply } from '../exchange.ts'

/** The secret that goes with every access key here. */
export const S3_SECRET = 'good-secret-access-key'

const CONTENT_COUNT = 10_000

function failure(status: number, code: string): Reply {
  const message = `<Message>${code} in words</Message><RequestId>local</RequestId>`
  return { status, body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code>${message}</Error>` }
}

/** `GET /{region}/{bucket}?list-type=2`: S3, path-style. Buckets called `elsewhere-…` are in another region. */
export const liveramp: PlatformStandIn = {
  behaviour: (exchange) => behaviourOf(accessKey(exchange)),
  answer: async (exchange) => {
    const found = /^\/([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(exchange.path)
    if (exchange.method !== 'GET' || found === null || exchange.query['list-type'] !== '2') return NOT_FOUND
    const [, region = '', bucket = ''] = found
    if (!(await signatureHolds(exchange, region))) return failure(403, 'SignatureDoesNotMatch')
    if (bucket.startsWith('elsewhere-')) return failure(301, 'PermanentRedirect')
    const account = accountOf(bucket)
    if (account !== 'good') return account === 'unknown' ? failure(404, 'NoSuchBucket') : failure(403, 'AccessDenied')
    const prefix = exchange.query['prefix'] ?? ''
    const inner = `<Name>${bucket}</Name><Prefix>${prefix}</Prefix><KeyCount>0</KeyCount><MaxKeys>1</MaxKeys>`
    const list = `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</ListBucketResult>`
    return { status: 200, body: `<?xml version="1.0" encoding="UTF-8"?>\n${list}` }
  },
  badToken: () => failure(403, 'InvalidAccessKeyId'),
  rateLimited: () => failure(503, 'SlowDown'),
  huge: () => ({ status: 200, body: `<ListBucketResult>${'<Contents/>'.repeat(CONTENT_COUNT)}</ListBucketResult>` }),
}

const accessKey = (exchange: Exchange) => /Credential=(\w+)\//.exec(header(exchange, 'authorization'))?.[1] ?? ''

/** Signs the request again, at the time that it names, and compares. */
async function signatureHolds(exchange: Exchange, region: string): Promise<boolean> {
  const time = header(exchange, 'x-amz-date').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  const { authorization } = await signatureHeaders({
    url: new URL(exchange.target, `http://${header(exchange, 'host')}`),
    region,
    access_key_id: accessKey(exchange),
    secret_access_key: S3_SECRET,
    now_ms: Date.parse(time),
  })
  return authorization === header(exchange, 'authorization')
}
