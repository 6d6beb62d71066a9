import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { crc32c, crc32cToBase64 } from '#shared/base/crc32c.ts'
import { longTest } from '#tests/support/effort.ts'
import { BUCKET, bucketOf, clientOf, errorOf, mustPut, start } from './gcs-fixture.ts'

const BYTES = Buffer.from('the bytes of an object')

describe('the official client', () => {
  test('saves, reads back and knows the generation without another request', async () => {
    const gcs = await start()
    const file = bucketOf(gcs).file('audiences/user_id=u/year=2025/month=05/audiences_202505.parquet')
    await file.save(BYTES, {
      resumable: false,
      validation: false,
      contentType: 'application/vnd.apache.parquet',
      metadata: { crc32c: crc32cToBase64(crc32c(BYTES)), metadata: { writer: 'test' } },
      preconditionOpts: { ifGenerationMatch: 0 },
    })
    expect(Number(file.metadata.generation)).toBeGreaterThan(1e15)
    expect(gcs.operations.counts()).toMatchObject({ write: 1, read: 0 })
    const [downloaded] = await file.download()
    expect(downloaded).toEqual(BYTES)
    const [metadata] = await file.getMetadata()
    expect(metadata).toMatchObject({
      contentType: 'application/vnd.apache.parquet',
      metadata: { writer: 'test' },
      size: String(BYTES.length),
      metageneration: '1',
    })
  })

  test('is refused a save that names an old generation, and nothing changes', async () => {
    const file = bucketOf(await start()).file('contended')
    await file.save('first', { resumable: false })
    const first_generation = Number(file.metadata.generation)
    await file.save('second', { resumable: false, preconditionOpts: { ifGenerationMatch: first_generation } })
    const error = await errorOf(
      file.save('third', { resumable: false, preconditionOpts: { ifGenerationMatch: first_generation } }),
    )
    expect(error.code).toBe(412)
    expect((await file.download())[0].toString()).toBe('second')
  })

  test('gets code 304 for a download that names the live generation as known', async () => {
    const gcs = await start()
    const file = bucketOf(gcs).file('cached')
    await file.save('content', { resumable: false })
    const generation = String(file.metadata.generation)
    file.interceptors.push({
      request: (options) => {
        options.qs = Object.assign({}, options.qs as object, { ifGenerationNotMatch: generation })
        return options as ReturnType<(typeof file.interceptors)[number]['request']>
      },
    })
    expect((await errorOf(file.download({ validation: false }))).code).toBe(304)
  })

  test('reads the generation from the headers of a download', async () => {
    const file = bucketOf(await start()).file('streamed')
    await file.save('content', { resumable: false })
    const stream = file.createReadStream({ validation: false })
    const generation = new Promise((resolve) =>
      stream.on('response', (response: { headers: Record<string, string> }) =>
        resolve(response.headers['x-goog-generation']),
      ),
    )
    expect((await buffer(stream)).toString()).toBe('content')
    expect(await generation).toBe(String(file.metadata.generation))
  })

  test('reads byte ranges from the start, inside and at the end', async () => {
    const file = bucketOf(await start()).file('ranged')
    await file.save('0123456789', { resumable: false })
    const read = async (options: { start?: number; end?: number }) =>
      (await buffer(file.createReadStream(options))).toString()
    expect(await read({ start: 0, end: 3 })).toBe('0123')
    expect(await read({ start: 4 })).toBe('456789')
    expect(await read({ end: -3 })).toBe('789')
  })

  longTest('lists page by page until there is no more', async () => {
    const gcs = await start()
    const names = Array.from({ length: 1001 }, (_, index) => `list/${String(index).padStart(4, '0')}`)
    await Promise.all(names.map((name) => mustPut(gcs, name, 'x')))
    gcs.operations.reset()
    const [files] = await bucketOf(gcs).getFiles({ prefix: 'list/', autoPaginate: true })
    expect(files.map(({ name }) => name)).toEqual(names)
    expect(gcs.operations.counts().list).toBe(2)
  })

  test.each([
    ['in one request', {}],
    ['in chunks', { chunkSize: 256 * 1024 }],
  ])('uploads resumably %s, with the checksum verified on both sides', async (_, options) => {
    const file = bucketOf(await start()).file('large')
    const bytes = Buffer.alloc(700_000, 'resumable ')
    await file.save(bytes, { resumable: true, preconditionOpts: { ifGenerationMatch: 0 }, ...options })
    expect((await file.download())[0].equals(bytes)).toBe(true)
    const error = await errorOf(file.save(bytes, { resumable: true, preconditionOpts: { ifGenerationMatch: 0 } }))
    expect(error.code ?? error.message).toSatisfy((code: unknown) => String(code).includes('412'))
  })

  test('copies with metadata, combines, moves on to a new version, and deletes', async () => {
    const bucket = bucketOf(await start())
    await bucket.file('a').save('one,', { resumable: false, contentType: 'text/csv' })
    await bucket.file('b').save('two', { resumable: false })
    await bucket.file('a').copy(bucket.file('copy'))
    expect((await bucket.file('copy').getMetadata())[0].contentType).toBe('text/csv')
    await bucket.combine(['a', 'b'], 'combined.txt')
    expect((await bucket.file('combined.txt').download())[0].toString()).toBe('one,two')
    const [combined] = await bucket.file('combined.txt').getMetadata()
    expect(combined.componentCount).toBe(2)
    expect(combined.md5Hash).toBeUndefined()
    await bucket.file('a').delete()
    expect(await bucket.file('a').exists()).toEqual([false])
    expect((await errorOf(bucket.file('a').delete())).code).toBe(404)
  })

  test('changes metadata key by key, which counts the metageneration and keeps the generation', async () => {
    const file = bucketOf(await start()).file('described')
    await file.save('x', { resumable: false, metadata: { metadata: { keep: '1', drop: '2' } } })
    const generation = file.metadata.generation
    const [patched] = await file.setMetadata({ contentType: 'text/plain', metadata: { drop: null, added: '3' } })
    expect(patched).toMatchObject({
      generation,
      metageneration: '2',
      contentType: 'text/plain',
      metadata: { keep: '1', added: '3' },
    })
    expect(patched.metadata).not.toHaveProperty('drop')
    const error = await errorOf(file.setMetadata({ contentType: 'text/html' }, { ifMetagenerationMatch: 1 }))
    expect(error.code).toBe(412)
  })

  test('lists, reads and restores noncurrent versions', async () => {
    const bucket = bucketOf(await start())
    const file = bucket.file('history')
    await file.save('old', { resumable: false })
    const old_generation = Number(file.metadata.generation)
    await file.save('new', { resumable: false })
    const [versions] = await bucket.getFiles({ versions: true })
    expect(versions.map(({ metadata }) => Boolean(metadata.timeDeleted))).toEqual([true, false])
    const old = bucket.file('history', { generation: old_generation })
    expect((await old.download())[0].toString()).toBe('old')
    await old.copy(bucket.file('history'))
    expect((await file.download())[0].toString()).toBe('old')
    await old.delete()
    expect((await bucket.getFiles({ versions: true }))[0]).toHaveLength(2)
  })

  test('creates, finds, lists and deletes buckets, but not one that holds something', async () => {
    const gcs = await start()
    const client = clientOf(gcs)
    await client.createBucket('another-bucket')
    expect((await client.getBuckets())[0].map(({ name }) => name)).toEqual(['another-bucket', BUCKET])
    expect((await errorOf(client.createBucket('another-bucket'))).code).toBe(409)
    const bucket = client.bucket('another-bucket')
    await bucket.setMetadata({ versioning: { enabled: false } })
    await bucket.file('x').save('x', { resumable: false })
    expect((await errorOf(bucket.delete())).code).toBe(409)
    await bucket.file('x').delete()
    await bucket.delete()
    expect(await bucket.exists()).toEqual([false])
    expect((await errorOf(bucket.file('x').save('x', { resumable: false }))).code).toBe(404)
  })
})
