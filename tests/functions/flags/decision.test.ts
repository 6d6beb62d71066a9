import { describe, expect, test } from 'vitest'

import { DEFAULT_FLAGS, isOn, pointOf, shareOf } from '#functions/flags/decision.ts'

const USERS = Array.from({ length: 1000 }, (_, index) => `user_${index}`)
const at = (percent: number, enabled = true) => ({ percent, enabled })
const usersAt = (percent: number) => USERS.filter((user) => isOn('persistence_v2', user, at(percent)))

describe('a flag', () => {
  // Whoever changes the hash takes the flag from users who have it.
  test.each([
    ['demo_user', 13.872520695440471],
    ['google:1234567890', 91.61688510794193],
    ['cli_01h455vb4pex5vsknk084sn02q', 67.70167336799204],
    ['ünï:コード', 17.01195095665753],
  ])('has %s at the same point for ever', (subject, point) => {
    expect(pointOf('persistence_v2', subject)).toBe(point)
  })

  test('that goes from 5 to 50 to 100 percent only adds users', () => {
    const steps = [0, 5, 50, 99.99, 100].map(usersAt)
    for (const [index, users] of steps.entries()) {
      const before = steps[index - 1] ?? []
      expect(before.filter((user) => !users.includes(user))).toEqual([])
    }
    expect(steps.map((users) => users.length)).toEqual([0, 55, 484, 1000, 1000])
    expect(steps.at(-1)).toEqual(USERS)
  })

  test('is on for about its percentage of the users', () => {
    expect(Math.abs(usersAt(5).length - 50)).toBeLessThan(21)
    expect(Math.abs(usersAt(50).length - 500)).toBeLessThan(48)
  })

  test('tells two percentages apart that differ by a hundredth', () => {
    const point = pointOf('persistence_v2', 'demo_user')
    const below = Math.floor(point * 100) / 100
    expect(isOn('persistence_v2', 'demo_user', at(below))).toBe(false)
    expect(isOn('persistence_v2', 'demo_user', at(below + 0.01))).toBe(true)
  })

  test('that is switched off is off for everybody, and on again for the same users', () => {
    expect(USERS.filter((user) => isOn('persistence_v2', user, at(50, false)))).toEqual([])
    expect([shareOf(at(50)), shareOf(at(50, false))]).toEqual([50, 0])
  })

  test('that nobody has set is on for everybody', () => {
    expect(USERS.filter((user) => !isOn('persistence_v2', user, DEFAULT_FLAGS.persistence_v2))).toEqual([])
  })
})
