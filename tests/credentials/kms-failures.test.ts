import { describe, expect, test } from 'vitest'

import { asKeyError, DamagedOnTheWay, isTransient } from '#shared/credentials/kms-failures.ts'
import { keyFailures } from '#shared/credentials/key-problems.ts'
import { KeyError, type KeyErrorKind } from '#shared/credentials/key-wrapper.ts'

/** Which failure of the service means what: to wait, to call an operator, or to ask the user for the secret again. */

/** google.rpc.Code, in order from 0. */
const NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]
const KINDS: Readonly<Record<string, KeyErrorKind>> = {
  INVALID_ARGUMENT: 'refused',
  NOT_FOUND: 'key_unusable',
  PERMISSION_DENIED: 'denied',
  FAILED_PRECONDITION: 'key_unusable',
  UNAUTHENTICATED: 'denied',
}
const TRANSIENT = ['INTERNAL', 'UNAVAILABLE']
const QUOTED = ['NOT_FOUND', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'UNAUTHENTICATED']

/** As the client throws what the service answered. */
function answered(code: number, message = 'the words of the service'): Error {
  return Object.assign(new Error(message), { code, details: [] })
}

describe('a failure of Cloud KMS', () => {
  test.each(NAMES.map((name, code) => [name, code] as const))(
    'of code %s is of its kind, and is quoted only where it cannot hold a secret',
    (name, code) => {
      const error = asKeyError(answered(code), 'encrypting')
      expect(error).toMatchObject({ name: 'KeyError', kind: KINDS[name] ?? 'unavailable' })
      expect(error.message.includes('the words of the service')).toBe(QUOTED.includes(name))
      expect(error.message).toContain(`encrypting: `)
      expect(error.message).toContain(`code ${code}`)
      expect(isTransient(answered(code))).toBe(TRANSIENT.includes(name))
      expect(error.cause).toBeUndefined()
    },
  )

  test('that the service has not put into words is never quoted, whatever its code', () => {
    for (const name of QUOTED) {
      const error = asKeyError(
        Object.assign(new Error('{"plaintext":"secret"}'), { code: NAMES.indexOf(name) }),
        'encrypting',
      )
      expect([name, error.message.includes('secret')]).toEqual([name, false])
    }
  })

  test('names no code that is not one of the network, and looks for one behind it', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    for (const code of ['{"plaintext":"secret"}', 'econnreset', 'E', `E${'X'.repeat(41)}`, '', 7, undefined]) {
      const named = (cause?: Error) =>
        asKeyError(
          new Error('failed', { cause: Object.assign(new Error('in between', { cause }), { code }) }),
          'encrypting',
        )
      expect(named().message).toBe('encrypting: Cloud KMS does not answer')
      expect(named(refused).message).toBe('encrypting: Cloud KMS does not answer (ECONNREFUSED)')
    }
  })

  test('without an answer is unavailable, names the reason of the network, and nothing else of it', () => {
    const cause = Object.assign(new Error('connect 10.0.0.1'), { code: 'ECONNREFUSED' })
    const error = asKeyError(new Error('request to https://… {"plaintext":"secret"} failed', { cause }), 'decrypting')
    expect(error).toMatchObject({
      kind: 'unavailable',
      message: 'decrypting: Cloud KMS does not answer (ECONNREFUSED)',
    })
    for (const odd of [undefined, null, 'text', {}, { code: '7' }, new Error('x')]) {
      expect(asKeyError(odd, 'decrypting').kind).toBe('unavailable')
      expect(isTransient(odd)).toBe(false)
    }
  })

  test('that is a damaged transfer is worth another attempt, whichever side saw it, and is no refusal', () => {
    for (const damaged of [
      new DamagedOnTheWay('x'),
      answered(3, 'The checksum does not match'),
      answered(3, 'plaintext_crc32c'),
    ]) {
      expect([isTransient(damaged), asKeyError(damaged, 'encrypting').kind]).toEqual([true, 'unavailable'])
    }
    // Only of an invalid argument: a missing permission with such words stays one.
    expect(asKeyError(answered(7, 'checksum'), 'encrypting').kind).toBe('denied')
    expect(isTransient(answered(7, 'checksum'))).toBe(false)
  })

  test('that is known already stays as it is', () => {
    const error = new KeyError('denied', 'as it was')
    expect(asKeyError(error, 'encrypting')).toBe(error)
    expect(isTransient(error)).toBe(false)
  })

  test('is quoted to 300 characters', () => {
    expect(asKeyError(answered(7, 'x'.repeat(301)), '').message.match(/x+/)?.[0]).toHaveLength(300)
  })
})

describe('what a user is told of a failed key operation', () => {
  const PROBLEMS: readonly (readonly [KeyErrorKind, string, object])[] = [
    ['unavailable', 'WARNING', { status: 503, retry_after_ms: 5000, members: { code: 'key_unavailable' } }],
    ['key_unusable', 'ERROR', { status: 503, retry_after_ms: 300_000, members: { code: 'key_unusable' } }],
    ['denied', 'ERROR', { status: 503, retry_after_ms: 60_000, members: { code: 'key_denied' } }],
    ['refused', 'ERROR', { status: 409, members: { code: 'credentials_unreadable' } }],
  ]
  test.each(PROBLEMS)('is of its kind when it is %s, and the operator is told at %s', (kind, severity, problem) => {
    const lines: unknown[] = []
    const failed = keyFailures({ write: (line) => lines.push(line) }, 'platforms')
    expect(failed(new KeyError(kind, 'why'))).toMatchObject(problem)
    expect(lines).toEqual([{ severity, message: 'why', function: 'platforms', key_error: kind }])
  })

  test('is nothing of another error, which is not logged here', () => {
    const lines: unknown[] = []
    expect(keyFailures({ write: (line) => lines.push(line) }, 'platforms')(new Error('x'))).toBeUndefined()
    expect(lines).toEqual([])
  })
})
