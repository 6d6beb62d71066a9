import { anyCharacter, fc, runs } from '#tests/support/seeds.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { urlOf } from '#shared/ad-platforms/http-call.ts'
import { errorsOf, GOOD, type RunningAdPlatforms, runAdPlatforms, TYPES } from './harness.ts'

let running: RunningAdPlatforms
beforeAll(async () => {
  running = await runAdPlatforms()
})
afterAll(() => running.close())

const ATTEMPTS = [
  '../../x',
  '..',
  '.',
  '/',
  '\\',
  '..\\..\\x',
  '@evil.example',
  'a@evil.example',
  '#fragment',
  'a#b',
  '?admin=1',
  'a?b=c',
  '%2f..%2fx',
  '%2e%2e',
  'a%00b',
  'a\r\nHost: evil.example',
  'a\nX-Injected: 1',
  'ａｄｍｉｎ',
  '１２３４５６７８９０',
  '\u2025/\u2025/x',
  'https://evil.example/',
  '//evil.example/x',
  'http://169.254.169.254/computeMetadata/v1/',
  'evil.example:443',
  '127.0.0.1',
  '[::1]',
  'a;b',
  'a:b',
  'urn:li:organization:1',
  'act_1/../../x',
]

/** What ends up in a path, a query or the choice of a host; secrets go into headers and bodies only. */
const PLACES = TYPES.flatMap((type) =>
  Object.keys(GOOD[type])
    .filter((name) => /account|advertiser|customer|profile|bucket|region/.test(name))
    .map((name) => [type, name] as const),
)

describe('no field of a user leads anywhere else', () => {
  test.each(PLACES)('%s %s: every attempt is refused, naming the field and not the value', async (type, name) => {
    const before = running.requests.length
    for (const attempt of ATTEMPTS) {
      const credentials = { ...GOOD[type], [name]: attempt }
      const errors = errorsOf(type, credentials)
      expect(errors.map(({ path }) => path)).toEqual([`credentials.${name}`])
      expect(attempt.length > 3 && JSON.stringify(errors).includes(JSON.stringify(attempt).slice(1, -1))).toBe(false)
      // Even when such a value had come into the store some other way.
      expect((await running.test(type, credentials)).code).toBe('bad_token')
    }
    expect(running.requests.length).toBe(before)
  })

  test('LiveRamp: a prefix stays inside its query parameter', async () => {
    for (const prefix of ['../../other-bucket/', '/etc/passwd', './.']) {
      await running.test('liveramp', { ...GOOD.liveramp, prefix })
      expect(running.requests.at(-1)).toMatchObject({ path: '/eu-west-1/uploads-for-liveramp', query: { prefix } })
    }
    for (const prefix of ['a&max-keys=1000', 'a#b', 'a%2fb', 'a b', 'a\r\nb', '@evil', 'é']) {
      expect(errorsOf('liveramp', { ...GOOD.liveramp, prefix })).toHaveLength(1)
    }
  })

  test('regions that are not in the list are refused with the list', () => {
    for (const region of ['na', 'eu ', 'NA.evil.example', 'XX']) {
      expect(errorsOf('amazon_dsp', { ...GOOD.amazon_dsp, region })).toEqual([
        { path: 'credentials.region', message: 'must be one of "NA", "EU", "FE"' },
      ])
    }
    for (const region of ['us-east-1.evil.example', 'us-gov-west-1', 'US-EAST-1', 'us-east-1#']) {
      expect(errorsOf('liveramp', { ...GOOD.liveramp, region })).toHaveLength(1)
    }
  })

  test('bucket names that are not of S3’s form are refused', () => {
    const bad = ['ab', 'Upper', 'under_score', '-a-', 'a..b', '192.168.0.1', 'a/b', '.abc', 'abc.', 'x'.repeat(64)]
    for (const bucket of bad) expect(errorsOf('liveramp', { ...GOOD.liveramp, bucket })).toHaveLength(1)
    for (const bucket of ['abc', 'a.b.c', 'com-liveramp-eu-customer-uploads', 'x'.repeat(63)]) {
      expect(errorsOf('liveramp', { ...GOOD.liveramp, bucket })).toEqual([])
    }
  })
})

describe('the address of a call', () => {
  const base = 'https://api.example.com/v3'

  test('is the base and the encoded segments, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: anyCharacter }), { minLength: 1, maxLength: 4 }), (path) => {
        fc.pre(path.every((segment) => segment.isWellFormed()))
        fc.pre(path.every((segment) => !/^\.{0,2}$/.test(segment)))
        const url = urlOf({ base, path })
        expect(url.origin).toBe('https://api.example.com')
        const decoded = url.pathname.split('/').map((segment) => decodeURIComponent(segment))
        expect(decoded).toEqual(['', 'v3', ...path])
        expect([url.search, url.hash, url.username]).toEqual(['', '', ''])
      }),
      runs(500),
    )
  })

  test('keeps names and values of the query apart, whatever they are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme' })), (query) => {
        const url = urlOf({ base, path: ['x'], query })
        expect([...url.searchParams]).toEqual(Object.entries(query))
        expect([url.pathname, url.hash]).toEqual(['/v3/x', ''])
      }),
      runs(300),
    )
  })

  test.each(['..', '.', ''])('a segment %o is refused', (segment) => {
    expect(() => urlOf({ base, path: ['a', segment, 'b'] })).toThrow(RangeError)
  })
})
