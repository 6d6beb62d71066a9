import { describe, expect, test } from 'vitest'

import { FieldErrors } from '#shared/records/validation/field-errors.ts'
import { cutTo, fieldPath } from '#shared/records/validation/field-path.ts'
import { invalid } from '#shared/records/validation/validate.ts'
import { fc, runs } from '#tests/support/seeds.ts'

const CHARACTER = fc.constantFrom('a', 'é', '🎉', '\ud83c', '\udf89', '\u0001', '"', ' ', '.')

describe('the path of a field', () => {
  test('has at most 200 characters: of a longer one the beginning, … and the end, which says which field it is', () => {
    const deep = Array.from({ length: 60 }, () => 'n'.repeat(99))
    const path = fieldPath([...deep, 114_999])
    expect(path).toHaveLength(200)
    expect(path).toMatch(/^n{99}\.n{0,2}…n+\.?n*\[114999\]$/)
    expect(fieldPath([...deep, 114_998])).not.toBe(path)
    expect(fieldPath(['a', 1, 'odd name'])).toBe('a[1]["odd name"]')
  })

  test('shows 100 characters of a name, and cuts no character in two', () => {
    expect(fieldPath(['x'.repeat(101)])).toBe(`["${'x'.repeat(99)}…"]`)
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: CHARACTER, maxLength: 120 }), fc.nat())), (parts) => {
        const path = fieldPath(parts)
        expect(path.length).toBeLessThanOrEqual(200)
        expect(path.isWellFormed()).toBe(true)
      }),
      runs(30, 1000),
    )
    expect(cutTo('ab🎉c', 4)).toBe('ab…')
    expect(cutTo('ab🎉', 4)).toBe('ab🎉')
  })
})

describe('the errors of a request', () => {
  test('are named up to 100 and counted beyond; no path is looked for that nobody will see', () => {
    let looked_for = 0
    const errors = new FieldErrors()
    const path = () => {
      looked_for += 1
      return ['a', looked_for]
    }
    for (let at = 0; at < 5000; at++) errors.add(path, 'is wrong')
    errors.skip(7)
    expect([errors.count, errors.shown.length, looked_for]).toEqual([5007, 100, 100])
    const { message, errors: answered, members } = invalid(errors)
    expect(message).toBe('a[1] is wrong (and 5006 more)')
    expect(answered?.at(-1)).toEqual({ path: 'a[100]', message: 'is wrong' })
    expect(members).toEqual({ errors_omitted: 4907 })
  })

  test('say nothing of omitted ones when there are none, and cut a message of any length', () => {
    const errors = new FieldErrors()
    for (let at = 0; at < 100; at++) errors.add(['a', at], 'x'.repeat(501))
    expect(errors.members).toEqual({})
    expect(errors.shown.every(({ message }) => message === `${'x'.repeat(499)}…`)).toBe(true)
  })
})
