import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { crc32c, crc32cToBase64 } from '#shared/base/crc32c.ts'
import { openAnyTarget } from '#tests/objects/target.ts'
import { Api, statusOf, mustBeObject, type Answer } from './api.ts'

const TEXT = 'the bytes that were meant'
const crcOf = (text: string) => crc32cToBase64(crc32c(Buffer.from(text)))
const md5Of = (text: string) => createHash('md5').update(text).digest('base64')

/** How a sender says which checksum the bytes should have. Source: https://cloud.google.com/storage/docs/data-validation */
type Declared = { crc32c?: string; md5Hash?: string }
const headerOf = ({ crc32c: crc, md5Hash: md5 }: Declared) =>
  [crc === undefined ? [] : `crc32c=${crc}`, md5 === undefined ? [] : `md5=${md5}`].flat().join(',')

const WAYS: Readonly<Record<string, { send(api: Api, declared: Declared): Promise<Answer>; silent?: true }>> = {
  'the resource of a multipart insert': { send: (api, declared) => api.multipart('x', TEXT, {}, declared) },
  'the resource of a resumable insert': { send: (api, declared) => api.resumable('x', TEXT, {}, declared) },
  'x-goog-hash at the end of a resumable insert': {
    send: (api, declared) => api.resumable('x', TEXT, {}, {}, headerOf(declared)),
  },
  // Documented for the XML API; that the JSON API's simple insert takes it too is what Google's test server does.
  'x-goog-hash of a simple insert': {
    send: (api, declared) => api.simple('x', TEXT, {}, { 'x-goog-hash': headerOf(declared) }),
    silent: true,
  },
}

const CASES: readonly [title: string, declared: Declared, status: number][] = [
  ['the right crc32c', { crc32c: crcOf(TEXT) }, 200],
  ['the right md5', { md5Hash: md5Of(TEXT) }, 200],
  ['both', { crc32c: crcOf(TEXT), md5Hash: md5Of(TEXT) }, 200],
  ['a wrong crc32c', { crc32c: crcOf('others') }, 400],
  ['a wrong md5', { md5Hash: md5Of('others') }, 400],
  ['the right crc32c and a wrong md5', { crc32c: crcOf(TEXT), md5Hash: md5Of('others') }, 400],
  ['a wrong crc32c and the right md5', { crc32c: crcOf('others'), md5Hash: md5Of(TEXT) }, 400],
  ['a crc32c that is none', { crc32c: 'nonsense' }, 400],
]

const target = await openAnyTarget()
let cases = 0
const newApi = () => new Api(target, `checksums/${++cases}`)

for (const [way, { send, silent }] of Object.entries(WAYS)) {
  describe.concurrent(`in ${way}`, () => {
    for (const [title, declared, status] of CASES) {
      test.skipIf(silent && target.is_real)(
        `${title}: ${status === 200 ? 'stored' : 'a 400, and nothing is'}`,
        async () => {
          const api = newApi()
          const answer = await send(api, declared)
          expect(statusOf(answer)).toBe(status)
          const stored = await api.media('x')
          expect(statusOf(stored)).toBe(status === 200 ? 200 : 404)
          expect(stored.text === TEXT).toBe(status === 200)
        },
      )
    }

    test.skipIf(silent && target.is_real)('a wrong one leaves the object there that was there', async () => {
      const api = newApi()
      const { generation } = await api.mustPut('x', 'before')
      expect(statusOf(await send(api, { crc32c: crcOf('others') }))).toBe(400)
      expect(mustBeObject(await api.metadata('x'))).toMatchObject({ generation, metageneration: '1' })
    })
  })
}

describe.concurrent('the checksums of an object', () => {
  // The size beyond which one might put off the expensive one.
  test.each([0, 7, 1_000_000])('of %i bytes are the same in every answer', async (size_bytes) => {
    const api = newApi()
    const text = 'x'.repeat(size_bytes)
    const expected = { crc32c: crcOf(text), md5Hash: md5Of(text), size: String(size_bytes) }
    expect(await api.mustPut('x', text)).toMatchObject(expected)
    expect(mustBeObject(await api.metadata('x'))).toMatchObject(expected)
    expect(JSON.parse((await api.list()).text)).toMatchObject({ items: [expected] })
    const { headers } = await api.media('x')
    expect(headers.get('x-goog-hash')?.split(/, ?/).toSorted()).toEqual([
      `crc32c=${expected.crc32c}`,
      `md5=${expected.md5Hash}`,
    ])
    expect(headers.get('x-goog-stored-content-length')).toBe(expected.size)
  })

  test('that was composed are without md5, also after a copy', async () => {
    const api = newApi()
    await api.mustPut('one', 'one,')
    await api.mustPut('two', 'two')
    const source_objects = [{ name: api.name('one') }, { name: api.name('two') }]
    const composed = mustBeObject(
      await api.sendJson(api.objectPath('x', '/compose'), {}, { sourceObjects: source_objects }),
    )
    expect(composed).toMatchObject({ crc32c: crcOf('one,two'), componentCount: 2 })
    expect(composed).not.toHaveProperty('md5Hash')
    expect((await api.media('x')).headers.get('x-goog-hash')).toBe(`crc32c=${composed.crc32c}`)
  })

  test('are those of its new bytes after a copy over it', async () => {
    const api = newApi()
    await api.mustPut('source', 'source')
    await api.mustPut('x', 'before')
    const action = `/rewriteTo/b/${target.bucket}/o/${encodeURIComponent(api.name('x'))}`
    expect(statusOf(await api.sendJson(api.objectPath('source', action), {}, {}))).toBe(200)
    expect(mustBeObject(await api.metadata('x'))).toMatchObject({ crc32c: crcOf('source'), md5Hash: md5Of('source') })
  })
})
