import { describe, expect, test } from 'vitest'

import { crc32c, crc32cToBase64, joinCrc32c } from '#shared/base/crc32c.ts'
import { fc, runs } from '#tests/support/seeds.ts'

describe('crc32c', () => {
  test.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['rising', Uint8Array.from({ length: 32 }, (_, at) => at), 0x46dd794e],
    ['falling', Uint8Array.from({ length: 32 }, (_, at) => 31 - at), 0x113fdb5c],
    ['123456789', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
  ])('gives the vector of RFC 3720: %s', (_, bytes, checksum) => {
    expect(crc32c(bytes)).toBe(checksum)
  })

  test('of two parts joins to that of the whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
        const whole = crc32c(Buffer.concat([first, second]))
        expect(joinCrc32c(crc32c(first), crc32c(second), second.length)).toBe(whole)
        expect(crc32c(second, crc32c(first))).toBe(whole)
      }),
      runs(500),
    )
  })

  test('joins across lengths of many megabytes', () => {
    const long = new Uint8Array(9_000_001)
    for (let at = 0; at < long.length; at++) long[at] = at * 31
    const short = new TextEncoder().encode('start')
    expect(joinCrc32c(crc32c(short), crc32c(long), long.length)).toBe(crc32c(Buffer.concat([short, long])))
  })

  test('does not depend on where in a buffer the bytes lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 0, max: 9 }), (bytes, offset) => {
        const moved = new Uint8Array(bytes.length + offset)
        moved.set(bytes, offset)
        expect(crc32c(moved.subarray(offset))).toBe(crc32c(bytes))
      }),
      runs(200),
    )
  })

  test('is written big-endian in base64, as Cloud Storage does', () => {
    expect(crc32cToBase64(0xe3069283)).toBe('4waSgw==')
    expect(crc32cToBase64(0)).toBe('AAAAAA==')
  })
})
