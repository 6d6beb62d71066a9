import { expect, test } from 'vitest'
import { judgeByGaps, type GapProfile, type TestResult } from './gap-profile.ts'
import { TESTBENCH_GAPS } from './testbench-gaps.ts'

const PROFILE: GapProfile = {
  gaps: [
    { title: 'wrong status', reason: 'as tested', tests: /^a status/, found_as: /412 to be 400/ },
    { title: 'one page', reason: 'as tested', tests: /^a page/, found_as: /less than/ },
  ],
}
const passed = (title: string): TestResult => ({ fullName: title, status: 'passed', failureMessages: [] })
const failed = (title: string, message: string): TestResult => ({
  fullName: title,
  status: 'failed',
  failureMessages: [message],
})
const STATUS = failed('a status of one', 'expected \u001b[31m412\u001b[39m to be 400')
const PAGE = failed('a page of two', 'expected 3 to be less than 2')

test('failures that gaps name are tolerated and counted, and all else has to pass', () => {
  const verdict = judgeByGaps(PROFILE, [passed('a save'), STATUS, PAGE], true)
  expect(verdict).toEqual({
    passed: 1,
    tolerated: new Map([
      ['wrong status', 1],
      ['one page', 1],
    ]),
    complaints: [],
  })
})

test.each<[string, TestResult[], RegExp]>([
  ['a failure that no gap names', [STATUS, PAGE, failed('a save', 'lost')], /^fails: a save\nlost/],
  [
    'a failure of another kind in a gap',
    [STATUS, PAGE, failed('a status of two', 'expected 200 to be 400')],
    /^fails otherwise than by "wrong status": a status of two/,
  ],
  ['a gap that is closed for one test', [STATUS, PAGE, passed('a status of two')], /^passes now.*"wrong status"/],
  ['a gap that names no test any more', [STATUS], /^no test is in the gap "one page"/],
])('%s is a complaint', (_, results, complaint) => {
  expect(judgeByGaps(PROFILE, results, true).complaints).toEqual([expect.stringMatching(complaint)])
})

test('what was skipped says nothing, and where only some tests run no gap has to be met', () => {
  const skipped: TestResult = { fullName: 'a status of two', status: 'skipped', failureMessages: [] }
  expect(judgeByGaps(PROFILE, [PAGE, skipped], false)).toMatchObject({ complaints: [] })
})

test('the commit protocol has no gap in any profile, and each gap says why it is tolerated', () => {
  const results = [failed('the commit protocol on Cloud Storage a save', 'expected 412 to be 400')]
  expect(judgeByGaps(TESTBENCH_GAPS, results, false).complaints).toHaveLength(1)
  expect(TESTBENCH_GAPS.gaps.filter(({ reason }) => reason.length < 10)).toEqual([])
})
