import { fc, runs } from '#tests/support/seeds.ts'
import { describe, expect, test } from 'vitest'

import type { FieldError } from '#shared/base/problem.ts'
import { FieldErrors } from '#shared/records/validation/field-errors.ts'
import { type AdPlatformType, readCredentials, viewCredentials } from '#shared/ad-platforms/ad-platforms.ts'
import { errorsOf, GOOD, TOKEN_FIELD, TYPES } from './harness.ts'

const paths = (errors: readonly FieldError[]) => errors.map(({ path }) => path)

const OPTIONAL = new Set(['app_secret', 'login_customer_id', 'prefix'])

describe.each(TYPES)('credentials of %s', (type) => {
  test('good ones are read as they are', () => {
    expect(readCredentials(type, GOOD[type], new FieldErrors())).toEqual(GOOD[type])
  })

  test('one answer names every missing field', () => {
    const required = Object.keys(GOOD[type]).filter((name) => !OPTIONAL.has(name))
    expect(paths(errorsOf(type, {}))).toEqual(required.map((name) => `credentials.${name}`))
  })

  test('an optional field may be left out', () => {
    const required = Object.entries(GOOD[type]).filter(([name]) => !OPTIONAL.has(name))
    expect(readCredentials(type, Object.fromEntries(required), new FieldErrors())).toEqual(Object.fromEntries(required))
  })

  test('an unknown field is refused by name', () => {
    const errors = errorsOf(type, { ...GOOD[type], password: 'hunter2-hunter2' })
    expect(errors).toEqual([{ path: 'credentials.password', message: 'is not a known field' }])
  })

  test('a value of another type, an empty one, or too long a one is refused, and no value is echoed', () => {
    for (const name of Object.keys(GOOD[type])) {
      for (const value of [7_654_321, null, ['x-list-x'], { x: 'x-inner-x' }, '', 'x-long-x'.repeat(1000)]) {
        const errors = errorsOf(type, { ...GOOD[type], [name]: value })
        expect(paths(errors)).toEqual([`credentials.${name}`])
        expect(JSON.stringify(errors)).not.toMatch(/7654321|x-list-x|x-inner-x|x-long-x/)
      }
    }
  })

  test('fields of every other type are named, and their values never echoed', () => {
    for (const other of TYPES.filter((each) => each !== type)) {
      const own = new Set(Object.keys(GOOD[type]))
      const foreign = Object.keys(GOOD[other]).filter((name) => !own.has(name))
      if (foreign.length === 0) continue
      const values = Object.fromEntries(foreign.map((name) => [name, `value-of-${name}`]))
      const errors = errorsOf(type, { ...GOOD[type], ...values })
      expect(paths(errors)).toEqual(foreign.map((name) => `credentials.${name}`))
      expect(JSON.stringify(errors)).not.toContain('value-of-')
    }
  })

  test('a blob encrypted in the browser is refused by name, whole or as a field', () => {
    const blob = 'U2FsdGVkX1+vupppZksvRf5pq5g5XjFRIipRkwB0K1Y96Qsv2Lm+31cmzaAILwyt'
    const refusals = [
      [blob, 'credentials'],
      ['not even a blob', 'credentials'],
      [{ encrypted: blob }, 'credentials.encrypted'],
      [{ encrypted: blob, account_id: 'abc' }, 'credentials.encrypted'],
      [{ ...GOOD[type], encrypted: blob }, 'credentials.encrypted'],
    ] as const
    for (const [value, path] of refusals) {
      const errors = errorsOf(type, value)
      expect(paths(errors)).toEqual([path])
      expect(errors[0]?.message).toContain('encrypted in the browser')
      expect(JSON.stringify(errors)).not.toContain('vupppZks')
    }
    const in_field = errorsOf(type, { ...GOOD[type], [TOKEN_FIELD[type]]: blob })
    expect(paths(in_field)).toEqual([`credentials.${TOKEN_FIELD[type]}`])
  })

  test('a blob in place of one secret is told apart from a mistyped one', () => {
    const secrets = Object.keys(GOOD[type]).filter((name) => /secret|_token|api_key/.test(name))
    for (const name of secrets) {
      const [error] = errorsOf(type, { ...GOOD[type], [name]: 'U2FsdGVkX1+vupppZksvRf5pq5g5XjFR' })
      expect(error?.message).toContain('encrypted in the browser')
    }
  })

  test('anything that is no object is refused as a whole', () => {
    for (const value of [undefined, null, 7, true, []]) expect(paths(errorsOf(type, value))).toEqual(['credentials'])
  })

  test('a secret cannot end a header line: it is visible ASCII', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('\r\n', '\n', '\r', '\0', ' ', '\t', '\u007f', 'ü', '\u2028', '😀', '\ud800'),
        (bad) => {
          for (const name of Object.keys(GOOD[type])) {
            const errors = errorsOf(type, { ...GOOD[type], [name]: `good${bad}X-Injected:1` })
            expect(paths(errors)).toEqual([`credentials.${name}`])
            expect(JSON.stringify(errors)).not.toContain('Injected')
          }
        },
      ),
      runs(50),
    )
  })
})

test('errors stand where the value stood in the request', () => {
  const errors = new FieldErrors()
  readCredentials('tiktok', { access_token: 'x', advertiser_id: 'x' }, errors, 'secret')
  expect(paths(errors.shown)).toEqual(['secret.advertiser_id'])
})

describe('what may be shown of credentials', () => {
  test('the names of all fields, and the last four characters of those that are not secret', () => {
    expect(viewCredentials('the_trade_desk', GOOD.the_trade_desk)).toEqual({
      fields: ['api_key', 'account_id'],
      hint: { account_id: '…1234' },
    })
    expect(viewCredentials('liveramp', GOOD.liveramp).hint).toEqual({
      access_key_id: '…_KEY',
      bucket: '…ramp',
      region: '…st-1',
    })
  })

  test.each(TYPES)('%s: no more than four characters of anything, and nothing of a secret', (type: AdPlatformType) => {
    const values = Object.fromEntries(Object.keys(GOOD[type]).map((name) => [name, `begin-${name}-end`]))
    const { hint } = viewCredentials(type, values)
    for (const shown of Object.values(hint)) expect(shown).toBe('…-end')
    expect(Object.keys(hint).filter((name) => /secret|token|api_key|password/.test(name))).toEqual([])
  })
})
