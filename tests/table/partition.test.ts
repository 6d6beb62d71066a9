import { anyCharacter, fc, runs } from '#tests/support/seeds.ts'
import { describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import {
  escapePartitionValue,
  monthOf,
  monthOfId,
  monthOfObject,
  objectName,
  startOfMonthMs,
  userPrefix,
} from '#shared/table/object/partition.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { NOTES, NOTES_BY_USER } from './notes.ts'

const user_id = fc.oneof(
  fc.string({ unit: anyCharacter }).filter((text) => text.isWellFormed()),
  fc.string({ unit: fc.constantFrom('/', '%', '.', '=', '\\', '\0', 'é', 'e\u0301', '2', 'F', 'f', ' ', '~') }),
)
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const time = fc.oneof(fc.integer({ min: 0, max: LAST_MS }), fc.constantFrom(0, LAST_MS))

describe('a partition name', () => {
  test('never makes one folder of two users', () => {
    fc.assert(
      fc.property(user_id, user_id, (a, b) => {
        expect(escapePartitionValue(a) === escapePartitionValue(b)).toBe(a === b)
      }),
      runs(750, 15_000),
    )
  })

  test('is printable ASCII that leaves its folder nowhere and says the user id when it is decoded', () => {
    fc.assert(
      fc.property(user_id, (user) => {
        const escaped = escapePartitionValue(user)
        expect(escaped).toMatch(/^[\x21-\x7e]*$/)
        expect(escaped).not.toMatch(/[/\\:?*"#'=]/)
        expect(decodeURIComponent(escaped)).toBe(user)
        expect(userPrefix(NOTES, user).split('/')).toEqual(['notes', `user_id=${escaped}`, ''])
      }),
      runs(250, 5000),
    )
  })

  test("starts no other user's names", () => {
    fc.assert(
      fc.property(user_id, user_id, (a, b) => {
        fc.pre(a !== b)
        expect(objectName(NOTES, b, '202505').startsWith(userPrefix(NOTES, a))).toBe(false)
      }),
      runs(250, 5000),
    )
  })

  test('is the one that Hive and the old system use', () => {
    expect(objectName(NOTES, 'demo_user', '202505')).toBe(
      'notes/user_id=demo_user/year=2025/month=05/notes_202505.parquet',
    )
    expect(objectName(NOTES_BY_USER, 'a/b', '')).toBe('notes/user_id=a%2Fb/notes.parquet')
  })

  test('gives its month back, and only to its own user and table', () => {
    fc.assert(
      fc.property(user_id, user_id, time, (user, other, time_ms) => {
        const month = monthOf(time_ms)
        const name = objectName(NOTES, user, month)
        expect(monthOfObject(NOTES, user, name)).toBe(month)
        expect(monthOfObject(NOTES, other, name)).toBe(other === user ? month : undefined)
        expect(monthOfObject({ ...NOTES, name: 'other' }, user, name)).toBeUndefined()
        expect(monthOfObject(NOTES_BY_USER, user, name)).toBeUndefined()
        expect(monthOfObject(NOTES_BY_USER, user, objectName(NOTES_BY_USER, user, ''))).toBe('')
      }),
      runs(150, 2500),
    )
  })

  test.each([
    'notes/user_id=u/year=2025/month=05/notes_202506.parquet',
    'notes/user_id=u/year=2025/month=05/notes_202505.parquet.tmp',
    'notes/user_id=u/year=2025/month=05/old_notes_202505.parquet',
    'notes/user_id=u/notes_202505.parquet',
    'notes/user_id=u/year=2025/month=05/',
  ])('is not that of a stray object: %s', (name) => {
    expect(monthOfObject(NOTES, 'u', name)).toBeUndefined()
  })
})

describe('a month', () => {
  test('holds its times from its first millisecond to its last', () => {
    fc.assert(
      fc.property(time, (time_ms) => {
        const month = monthOf(time_ms)
        const start_ms = startOfMonthMs(month)
        expect(start_ms).toBeLessThanOrEqual(time_ms)
        expect(monthOf(start_ms)).toBe(month)
        expect(start_ms === 0 || monthOf(start_ms - 1) < month).toBe(true)
      }),
      runs(150, 2500),
    )
    expect(monthOf(Date.parse('2025-05-31T23:59:59.999Z'))).toBe('202505')
    expect(monthOf(Date.parse('2025-06-01T00:00:00.000Z'))).toBe('202506')
  })

  test('of an id is that of its time, and years of five digits have none', () => {
    const random = seededRandom(1)
    fc.assert(
      fc.property(time, (time_ms) => {
        expect(monthOfId(NOTES, newId('note', time_ms, random))).toBe(monthOf(time_ms))
      }),
      runs(200),
    )
    expect(monthOfId(NOTES, newId('note', LAST_MS + 1, random))).toBeUndefined()
    expect(monthOfId(NOTES, newId('note', 2 ** 48 - 1, random))).toBeUndefined()
    expect(monthOfId(NOTES_BY_USER, newId('note', 0, random))).toBe('')
  })
})
