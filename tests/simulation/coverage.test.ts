import { beforeAll, expect, test, vi } from 'vitest'

import { measureCoverage, type FileCoverage } from './coverage/measure.ts'
import { NOT_REACHED } from './coverage/not-reached.ts'
import { PATIENCE_MS } from './thread.ts'

vi.setConfig({ testTimeout: PATIENCE_MS, hookTimeout: 5 * PATIENCE_MS })

/** Of all branches; measured, and only ever raised. */
const SHARE_MIN = 0.98
const FOLDER = 'shared/table/'
let files: readonly FileCoverage[]

beforeAll(async () => {
  files = await measureCoverage()
  for (const { file, branches, missed } of files) {
    console.log(`${branches - missed.length} of ${branches} branches of ${file}`)
    for (const { line, what } of missed) console.log(`    ${line}: ${what}`)
  }
})

test('simulated histories take nearly every branch of the table', () => {
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
  const branches = sum(files.map((one) => one.branches))
  const taken = branches - sum(files.map(({ missed }) => missed.length))
  console.log(`${taken} of ${branches} branches of the table: ${((100 * taken) / branches).toFixed(1)} %`)
  expect(taken / branches).toBeGreaterThanOrEqual(SHARE_MIN)
})

test('each branch that they leave out has a reason, and each reason a branch that they leave out', () => {
  const missed = files.flatMap(({ file, missed: own }) =>
    own.map(({ what }) => `${file.slice(FOLDER.length)}: ${what}`),
  )
  const reasoned = NOT_REACHED.flatMap(({ file, branches }) => branches.map((what) => `${file}: ${what}`))
  expect([...new Set(missed)].toSorted()).toEqual(reasoned.toSorted())
})
