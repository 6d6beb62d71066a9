import { describe, expect, test } from 'vitest'

import { mergePatch } from '#shared/records/merge-patch.ts'
import { fc, runs } from '#tests/support/seeds.ts'

/** RFC 7396 appendix A: original, patch, result. */
const VECTORS: readonly [unknown, unknown, unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
]

describe('a merge patch', () => {
  test.each(VECTORS)('of %j with %j gives %j', (original, patch, result) => {
    expect(mergePatch(original, patch)).toEqual(result)
  })

  test('changes neither the record nor the patch', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (original, patch) => {
        const before = structuredClone([original, patch])
        mergePatch(original, patch)
        expect([original, patch]).toEqual(before)
      }),
      runs(300),
    )
  })

  test('applied twice is the same as once', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (original, patch) => {
        const once = mergePatch(original, patch)
        expect(mergePatch(once, patch)).toEqual(once)
      }),
      runs(300),
    )
  })

  test.each(['{"__proto__": {"a": 1}}', '{"b": {"__proto__": {"a": 1}}}', '{"constructor": {"prototype": {"a": 1}}}'])(
    'sets names and never a prototype: %s',
    (json) => {
      const merged = mergePatch({ b: {} }, JSON.parse(json))
      expect(({} as { a?: unknown }).a).toBeUndefined()
      expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
      expect(Object.getPrototypeOf((merged as { b: unknown }).b)).toBe(Object.prototype)
      expect(JSON.parse(JSON.stringify(merged))).toMatchObject(JSON.parse(json) as object)
    },
  )
})
