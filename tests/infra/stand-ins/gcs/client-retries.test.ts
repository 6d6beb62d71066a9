/**
 * How the official client takes a service that fails: the scenarios that all of Google's client libraries are held to, said
 * anew as a table. It retries what is idempotent, and a change only if a precondition makes it so. The project's
 * adapter has these retries off, because a change that is sent again reports its own success as a conflict; here they
 * are on, to see that failures on the way to the stand-in look to the client like the real ones.
 * Source: https://cloud.google.com/storage/docs/retry-strategy
 */
import { Storage, type Bucket } from '@google-cloud/storage'
import { expect, onTestFinished, test } from 'vitest'
import { BucketProxy, type Failure } from '#tests/objects/bucket-proxy.ts'
import { longTest } from '#tests/support/effort.ts'
import { BUCKET, errorOf, mustPut, start } from './gcs-fixture.ts'

/** The numbers of the object `x` before. */
interface Known {
  generation: string
  metageneration: string
}

interface Call {
  send(bucket: Bucket, known: Known): Promise<unknown>
  is_retried: boolean
}

/** @param generation that it requires; without it, the save is not repeatable */
function save(bucket: Bucket, generation?: string): Promise<unknown> {
  const precondition = generation === undefined ? {} : { preconditionOpts: { ifGenerationMatch: generation } }
  return bucket.file('x').save('after', { contentType: 'text/plain', resumable: false, ...precondition })
}

const CALLS: Readonly<Record<string, Call>> = {
  'a metadata get': { send: (bucket) => bucket.file('x').getMetadata(), is_retried: true },
  'a list': { send: (bucket) => bucket.getFiles({ prefix: '' }), is_retried: true },
  'a delete with ifGenerationMatch': {
    send: (bucket, { generation }) => bucket.file('x').delete({ ifGenerationMatch: generation }),
    is_retried: true,
  },
  'a patch with ifMetagenerationMatch': {
    send: (bucket, { metageneration }) =>
      bucket.file('x').setMetadata({ cacheControl: 'no-store' }, { ifMetagenerationMatch: metageneration }),
    is_retried: true,
  },
  'a copy with ifGenerationMatch': {
    send: (bucket) => bucket.file('x').copy(bucket.file('y'), { preconditionOpts: { ifGenerationMatch: 0 } }),
    is_retried: true,
  },
  'a delete': { send: (bucket) => bucket.file('x').delete(), is_retried: false },
  'a patch': { send: (bucket) => bucket.file('x').setMetadata({ cacheControl: 'no-store' }), is_retried: false },
  'a copy': { send: (bucket) => bucket.file('x').copy(bucket.file('y')), is_retried: false },
}

const PASSING: readonly Failure[][] = [
  ['unavailable', 'unavailable'],
  ['throttled', 'unavailable'],
  ['reset', 'reset'],
  ['reset', 'unavailable'],
]

/** The client with its retries, waiting hardly at all but before it saves again, and what was there before. */
async function open({ delay_max_s = 0.01 } = {}) {
  const gcs = await start()
  const known = await mustPut(gcs, 'x', 'before')
  const proxy = await BucketProxy.start({ endpoint: gcs.url, bucket: BUCKET, prefix: '' })
  onTestFinished(() => proxy.close())
  const storage = new Storage({
    apiEndpoint: proxy.url,
    projectId: 'local',
    useAuthWithCustomEndpoint: false,
    retryOptions: { autoRetry: true, maxRetryDelay: delay_max_s },
  })
  const forwarded = () => [...proxy.counts.values()].reduce((sum, count) => sum + count, 0)
  return { bucket: storage.bucket(BUCKET), proxy, known, forwarded }
}

for (const [name, { send, is_retried }] of Object.entries(CALLS)) {
  test.each(PASSING)(`${name} ${is_retried ? 'gets through' : 'fails'} after %s and %s`, async (...failures) => {
    const { bucket, proxy, known, forwarded } = await open()
    for (const failure of failures) proxy.fail(failure)
    const outcome = await send(bucket, known).then(
      () => 'done',
      () => 'failed',
    )
    expect({ outcome, requests: forwarded() }).toEqual(
      is_retried ? { outcome: 'done', requests: 1 } : { outcome: 'failed', requests: 0 },
    )
  })

  test(`${name} fails immediately when it is forbidden`, async () => {
    const { bucket, proxy, known, forwarded } = await open()
    proxy.fail('forbidden')
    expect((await errorOf(send(bucket, known))).code).toBe(403)
    expect(forwarded()).toBe(0)
  })
}

/** The client takes no shorter limit for a save. */
const SAVE_DELAY_MAX_S = 1

test('a save without a precondition fails after a 503', async () => {
  const { bucket, proxy, forwarded } = await open({ delay_max_s: SAVE_DELAY_MAX_S })
  proxy.fail('unavailable')
  expect((await errorOf(save(bucket))).code).toBe(503)
  expect(forwarded()).toBe(0)
})

longTest('a save with ifGenerationMatch gets through after a reset and a 503', async () => {
  const { bucket, proxy, known, forwarded } = await open({ delay_max_s: SAVE_DELAY_MAX_S })
  proxy.fail('reset')
  proxy.fail('unavailable')
  await save(bucket, known.generation)
  expect(forwarded()).toBe(1)
})

// The reason why the adapter does not let the client retry.
longTest('a save that landed and is sent again by the client is reported as a conflict with itself', async () => {
  const { bucket, proxy, known } = await open({ delay_max_s: SAVE_DELAY_MAX_S })
  proxy.fail('lost_after_landing')
  expect((await errorOf(save(bucket, known.generation))).code).toBe(412)
  expect((await bucket.file('x').download())[0].toString()).toBe('after')
})
