import { describe, expect, test } from 'vitest'

import { idTimeMs, newId } from '#shared/base/ids.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { anyCharacter, fc, runs } from '#tests/support/seeds.ts'

const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })

describe('ids', () => {
  test('carry their time for ever', () => {
    fc.assert(
      fc.property(time, fc.nat(), (time_ms, seed) => {
        const id = newId('aud', time_ms, seededRandom(seed))
        expect(id).toMatch(/^aud_[0-7][0-9a-hjkmnp-tv-z]{25}$/)
        expect(idTimeMs('aud', id)).toBe(time_ms)
      }),
      runs(150, 2500),
    )
  })

  test('sort by time as plain text', () => {
    fc.assert(
      fc.property(time, time, fc.nat(), (a_ms, b_ms, seed) => {
        fc.pre(a_ms !== b_ms)
        const random = seededRandom(seed)
        const [a, b] = [newId('aud', a_ms, random), newId('aud', b_ms, random)]
        expect(a < b).toBe(a_ms < b_ms)
      }),
      runs(150, 2500),
    )
  })

  test('are read as RFC 9562 and TypeID write them', () => {
    // The example of the TypeID specification: UUIDv7 01890a5d-ac96-774b-bcce-b302099a8057.
    expect(idTimeMs('prefix', 'prefix_01h455vb4pex5vsknk084sn02q')).toBe(0x01890a5dac96)
  })

  test('do not repeat within a millisecond', () => {
    const random = seededRandom(1)
    const ids = new Set(Array.from({ length: 10_000 }, () => newId('aud', 1_700_000_000_000, random)))
    expect(ids.size).toBe(10_000)
  })

  test.each([
    ['another prefix', 'plt_01h455vb4pex5vsknk084sn02q'],
    ['a longer prefix', 'audx_01h455vb4pex5vsknk084sn02q'],
    ['no prefix', '01h455vb4pex5vsknk084sn02q'],
    ['a dash for the underscore', 'aud-01h455vb4pex5vsknk084sn02q'],
    ['a suffix too short', 'aud_01h455vb4pex5vsknk084sn02'],
    ['a suffix too long', 'aud_01h455vb4pex5vsknk084sn02qq'],
    ['capitals', 'aud_01H455VB4PEX5VSKNK084SN02Q'],
    ['letters outside the alphabet', 'aud_01h455vb4pex5vsknk084sn0il'],
    ['more than 128 bits', 'aud_81h455vb4pex5vsknk084sn02q'],
    ['a line end behind', 'aud_01h455vb4pex5vsknk084sn02q\n'],
    ['UUID version 4', 'aud_01h455vb4pbx5vsknk084sn02q'],
    ['nothing', ''],
    ['an old id', 'aud_ab12cd34'],
  ])('are refused when malformed: %s', (_, id) => {
    expect(idTimeMs('aud', id)).toBeUndefined()
  })

  test('are refused for whatever text is not one', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        expect(idTimeMs('aud', `aud_${text}`)).toBeUndefined()
      }),
      runs(150, 1500),
    )
  })

  test.each([-1, 2 ** 48, 1.5, Number.NaN])('cannot carry the time %d', (time_ms) => {
    expect(() => newId('aud', time_ms, seededRandom(1))).toThrow(RangeError)
  })
})
