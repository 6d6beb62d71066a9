import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startGcs, type Gcs } from '#infra/stand-ins/gcs/server.ts'

/** Who may do what, as Cloud Storage decides it: `access` below says it of one bucket with two objects. */

const OBJECTS = 'projects/_/buckets/bucket/objects/'
const PERMITTED: Readonly<Record<string, readonly string[]>> = {
  reader: [`storage.objects.get ${OBJECTS}a/1`, `storage.objects.get ${OBJECTS}a/2`],
  lister: ['storage.objects.list projects/_/buckets/bucket', `storage.objects.get ${OBJECTS}a/2`],
  creator: [`storage.objects.create ${OBJECTS}a/1`, `storage.objects.create ${OBJECTS}a/2`],
}

let data_dir: string
let gcs: Gcs
beforeAll(async () => {
  data_dir = await mkdtemp(join(tmpdir(), 'access-'))
  const permits = (identity: string, permission: string, resource: string) =>
    PERMITTED[identity]?.includes(`${permission} ${resource}`) ?? false
  gcs = await startGcs({ data_dir, buckets: ['bucket'], fsync: false, access: { permits } })
  await statusOf('POST', upload('a/1'))
})
afterAll(async () => {
  await gcs.close()
  await rm(data_dir, { recursive: true, force: true })
})

const upload = (name: string) => `/upload/storage/v1/b/bucket/o?uploadType=media&name=${encodeURIComponent(name)}`
const object = (name: string) => `/storage/v1/b/bucket/o/${encodeURIComponent(name)}`

async function statusOf(method: string, path: string, identity?: string): Promise<number> {
  const headers: Record<string, string> = identity === undefined ? {} : { authorization: `Bearer ${identity}` }
  return (await fetch(`${gcs.url}${path}`, { method, headers, ...(method === 'POST' && { body: 'x' }) })).status
}

test.each([
  ['an object is read by whoever may read it', 'reader', 'GET', object('a/1'), 200],
  ['an object is read by nobody else', 'lister', 'GET', object('a/1'), 403],
  ['an absent object is not told to whoever may not list', 'reader', 'GET', object('a/2'), 403],
  ['an absent object is told to whoever may list', 'lister', 'GET', object('a/2'), 404],
  ['names are listed by whoever may list', 'lister', 'GET', '/storage/v1/b/bucket/o?prefix=a/', 200],
  [
    'no right on objects lists names, also not those below a prefix',
    'reader',
    'GET',
    '/storage/v1/b/bucket/o?prefix=a/',
    403,
  ],
  ['an object is not replaced without the right to delete', 'creator', 'POST', upload('a/1'), 403],
  ['an object is not deleted without the right to', 'creator', 'DELETE', object('a/1'), 403],
  ['a bucket is looked at by nobody whose rights are on objects', 'lister', 'GET', '/storage/v1/b/bucket', 403],
  ['a copy takes the right to read what is copied', 'creator', 'POST', `${object('a/1')}/copyTo/b/bucket/o/a%2F2`, 403],
])('%s', async (_claim, identity, method, path, status) => {
  expect(await statusOf(method, path, identity)).toBe(status)
})

test('an object is made with the right to create alone', async () => {
  expect(await statusOf('POST', upload('a/2'), 'creator')).toBe(200)
  expect(await statusOf('DELETE', object('a/2'))).toBe(204)
})

test('at the door of somebody, a client without a token has their rights; refusals have the form of Cloud Storage', async () => {
  const response = await fetch(`${await gcs.doorFor('lister')}${object('a/1')}`)
  expect([response.status, await response.json()]).toEqual([
    403,
    {
      error: {
        code: 403,
        message:
          'lister does not have storage.objects.get access to the Google Cloud Storage object. ' +
          "Permission 'storage.objects.get' denied on resource (or it may not exist).",
        errors: [{ message: expect.any(String) as string, domain: 'global', reason: 'forbidden' }],
      },
    },
  ])
})
