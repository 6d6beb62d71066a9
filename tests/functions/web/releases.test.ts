import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'

import { startGcs } from '#infra/stand-ins/gcs/server.ts'
import { systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { filesOfRelease, type RunningWeb, startWeb, writeBuild } from './harness.ts'

/** Releases side by side, each one's assets in the bucket before it is asked for anything. */

const BUCKET = 'activation-assets'
const RELEASES = ['one', 'two'] as const

async function bucketWithAssets(files: Readonly<Record<string, string>>): Promise<string> {
  const data_dir = await mkdtemp(join(tmpdir(), 'assets-'))
  const gcs = await startGcs({ data_dir, buckets: [BUCKET], fsync: false })
  onTestFinished(async () => {
    await gcs.close()
    await rm(data_dir, { recursive: true, force: true })
  })
  const store = gcsObjectStore({ bucket: BUCKET, api_endpoint: gcs.url, clock: systemClock })
  const put = (name: string, bytes: Uint8Array) =>
    store.write(name, bytes, { if_generation: NO_OBJECT, crc32c: crc32c(bytes), content_type: 'text/plain' })
  for (const [name, text] of Object.entries(files).filter(([name]) => name.startsWith('assets/'))) {
    await put(name, Buffer.from(text))
    if (!name.endsWith('.js')) continue
    await put(`${name}.br`, brotliCompressSync(text))
    await put(`${name}.gz`, gzipSync(text))
  }
  return gcs.url
}

const releases = () => Promise.all(RELEASES.map(async (name) => writeBuild(filesOfRelease(name))))
const ALL_FILES = { ...filesOfRelease('one'), ...filesOfRelease('two') }

async function split(): Promise<RunningWeb[]> {
  const STORAGE_API_ENDPOINT = await bucketWithAssets(ALL_FILES)
  const dirs = await releases()
  return Promise.all(dirs.map((APP_DIR) => startWeb({ APP_DIR, ASSETS_BUCKET: BUCKET, STORAGE_API_ENDPOINT })))
}

test('at a split of two releases, both answer every asset of both, in every encoding', async () => {
  const instances = await split()
  const assets = Object.entries(ALL_FILES).filter(([name]) => name.startsWith('assets/'))
  expect(assets).toHaveLength(5)
  for (const { load } of instances) {
    for (const [name, text] of assets) {
      for (const encoding of ['br', 'gzip', 'identity']) {
        const answer = await load(`/${name}`, { 'accept-encoding': encoding })
        expect([name, encoding, answer.status, await answer.text()]).toEqual([name, encoding, 200, text])
        expect(answer.headers.get('cache-control')).toContain('immutable')
      }
    }
  }
})

test('an asset has one tag and one type, whichever release answers', async () => {
  const [one, two] = await split()
  for (const encoding of ['br', 'identity']) {
    const headersOf = async ({ load }: RunningWeb) => {
      const { headers } = await load('/assets/page-one.js', { 'accept-encoding': encoding })
      return ['etag', 'content-type', 'content-encoding', 'content-length'].map((name) => headers.get(name))
    }
    expect(await headersOf(one!)).toEqual(await headersOf(two!))
  }
})

test('the page and its worker are those of the release that answers', async () => {
  for (const [index, { load }] of (await split()).entries()) {
    expect(await (await load('/')).text()).toContain(`index-${RELEASES[index]}.js`)
    expect(await (await load('/sw.js')).text()).toContain(RELEASES[index])
  }
})

test('an asset of no release is missing in both, and a bucket that does not answer is no missing asset', async () => {
  const [one] = await split()
  expect((await one!.load('/assets/page-three.js')).status).toBe(404)
  const [APP_DIR = ''] = await releases()
  const nowhere = { ASSETS_BUCKET: BUCKET, STORAGE_API_ENDPOINT: 'http://127.0.0.1:9' }
  const { load } = await startWeb({ APP_DIR, ...nowhere })
  expect((await load('/assets/page-one.js')).status).toBe(200)
  expect((await load('/assets/page-two.js')).status).toBe(503)
})
