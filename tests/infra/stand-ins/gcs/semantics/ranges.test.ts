import { describe, expect, test } from 'vitest'
import { openAnyTarget, openTarget } from '#tests/objects/target.ts'
import { Api, statusOf, mustBeObject } from './api.ts'

/**
 * Sources: https://cloud.google.com/storage/docs/json_api/v1/parameters#range and RFC 9110 section 14. Where both leave a
 * choice (`silent`) we rely on the RFC's recommendation: a range that is not understood is as if it were not there.
 */
const DIGITS = '0123456789'
interface RangeCase {
  object: string
  range: string
  /** A 206 says in `content-range` which bytes of how many it has. */
  status: 200 | 206 | 416
  text: string
  content_range?: string
  silent?: true
}

const CASES: readonly RangeCase[] = [
  { object: DIGITS, range: 'bytes=0-3', status: 206, text: '0123', content_range: 'bytes 0-3/10' },
  { object: DIGITS, range: 'bytes=4-4', status: 206, text: '4', content_range: 'bytes 4-4/10' },
  { object: DIGITS, range: 'bytes=0-9', status: 206, text: DIGITS, content_range: 'bytes 0-9/10' },
  { object: DIGITS, range: 'bytes=7-', status: 206, text: '789', content_range: 'bytes 7-9/10' },
  { object: DIGITS, range: 'bytes=0-', status: 206, text: DIGITS, content_range: 'bytes 0-9/10' },
  { object: DIGITS, range: 'bytes=8-99', status: 206, text: '89', content_range: 'bytes 8-9/10' },
  { object: DIGITS, range: 'bytes=-4', status: 206, text: '6789', content_range: 'bytes 6-9/10' },
  { object: DIGITS, range: 'bytes=-99', status: 206, text: DIGITS, content_range: 'bytes 0-9/10' },
  { object: DIGITS, range: 'bytes=10-', status: 416, text: '' },
  { object: DIGITS, range: 'bytes=99-100', status: 416, text: '' },
  { object: '', range: 'bytes=0-', status: 416, text: '' },
  { object: '', range: 'bytes=0-3', status: 416, text: '' },
  { object: '', range: 'bytes=-4', status: 416, text: '', silent: true },
  { object: DIGITS, range: 'bytes=-0', status: 416, text: '', silent: true },
  { object: DIGITS, range: 'bytes=3-1', status: 200, text: DIGITS, silent: true },
  { object: DIGITS, range: 'bytes=0-1,4-5', status: 200, text: DIGITS, silent: true },
  { object: DIGITS, range: 'bytes=a-b', status: 200, text: DIGITS, silent: true },
  { object: DIGITS, range: 'lines=1-2', status: 200, text: DIGITS, silent: true },
]

const target = await openAnyTarget()
let cases = 0
const newApi = (of = target) => new Api(of, `ranges/${++cases}`)

describe.concurrent('a range', () => {
  for (const { object, range, status, text, content_range, silent } of CASES.filter((each) => each.status !== 416)) {
    test.skipIf(silent && target.is_real)(`${range} of ${object.length} bytes → ${status} ${text}`, async () => {
      const api = newApi()
      const { generation } = await api.mustPut('object', object)
      const answer = await api.media('object', {}, { range })
      expect(statusOf(answer)).toBe(status)
      expect(answer.text).toBe(text)
      expect(answer.headers.get('content-range')).toBe(content_range ?? null)
      expect(answer.headers.get('content-length')).toBe(String(text.length))
      expect(answer.headers.get('x-goog-generation')).toBe(generation)
    })
  }

  for (const { object, range, silent } of CASES.filter(({ status }) => status === 416)) {
    test.skipIf(silent && target.is_real)(`${range} of ${object.length} bytes cannot be satisfied`, async () => {
      const api = newApi()
      await api.mustPut('object', object)
      const answer = await api.media('object', {}, { range })
      expect(statusOf(answer)).toBe(416)
      expect(answer.text).not.toContain('789')
    })
  }

  test('names the size of the object when it cannot be satisfied', async () => {
    const api = newApi()
    await api.mustPut('object', DIGITS)
    expect((await api.media('object', {}, { range: 'bytes=10-' })).headers.get('content-range')).toBe('bytes */10')
  })

  test('is looked at after the preconditions', async () => {
    const api = newApi()
    const { generation } = await api.mustPut('object', DIGITS)
    const beyond = { range: 'bytes=10-' }
    expect(statusOf(await api.media('object', { ifGenerationMatch: '12345' }, beyond))).toBe(412)
    expect(statusOf(await api.media('object', { ifGenerationNotMatch: generation }, beyond))).toBe(304)
  })

  test('carries the checksum of the whole object', async () => {
    const api = newApi()
    const { crc32c } = await api.mustPut('object', DIGITS)
    const answer = await api.media('object', {}, { range: 'bytes=0-3' })
    expect(answer.headers.get('x-goog-hash')).toContain(`crc32c=${crc32c}`)
  })
})

describe.each([
  { versioning: true, status: 206 },
  { versioning: false, status: 404 },
])('a range of a generation that was replaced, with versioning = $versioning', async ({ versioning, status }) => {
  const versioned = await openTarget({ versioning })

  test.skipIf(!versioned)(`is a ${status}, never bytes of another`, async () => {
    const api = newApi(versioned)
    const { generation } = await api.mustPut('object', 'first content')
    mustBeObject(await api.simple('object', 'other content'))
    const pinned = await api.media('object', { generation }, { range: 'bytes=0-4' })
    expect(statusOf(pinned)).toBe(status)
    expect(pinned.text === 'first').toBe(status === 206)
    expect(statusOf(await api.media('object', { ifGenerationMatch: generation }, { range: 'bytes=0-4' }))).toBe(412)
    expect((await api.media('object', {}, { range: 'bytes=0-4' })).text).toBe('other')
  })
})
