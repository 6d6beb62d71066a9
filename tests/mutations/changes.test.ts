import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { expect, test } from 'vitest'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { LONG } from '../../vitest.config.ts'
import { ALL_CHANGES } from './all-changes.ts'
import { changed, changesOf, scoresOf } from './change.ts'

test('every change fits its source in one place, and the test that notices it is there', () => {
  const sources = new Map<string, string>()
  for (const change of ALL_CHANGES) {
    const source = sources.get(change.file) ?? readFileSync(join(PROJECT_ROOT, change.file), 'utf8')
    sources.set(change.file, source)
    expect(changed(source, change)).not.toBe(source)
    expect([change.noticed_by, existsSync(join(PROJECT_ROOT, change.noticed_by))]).toEqual([change.noticed_by, true])
  }
  expect(ALL_CHANGES.length).toBeGreaterThanOrEqual(80)
})

test('every change is noticed by a test that `npm test` runs', () => {
  const noticing = new Set(ALL_CHANGES.map(({ noticed_by }) => noticed_by))
  expect([...noticing].filter((path) => LONG.some((pattern) => matchesGlob(path, pattern)))).toEqual([])
})

test('every pattern of the files that only test:long runs has a file', () => {
  expect(LONG.filter((pattern) => globSync(pattern, { cwd: PROJECT_ROOT }).length === 0)).toEqual([])
})

test('the share that CI makes has changes of every folder that holds what users save', () => {
  const folders = new Set(
    ALL_CHANGES.filter((_, at) => at % 6 === 0).map(({ file }) => file.split('/').slice(0, 2).join('/')),
  )
  expect([...folders]).toEqual(expect.arrayContaining(['shared/table', 'shared/objects', 'shared/records']))
})

test('a score counts the changes of a folder, and those that a test noticed', () => {
  const [one, two] = changesOf('shared/a/one.ts', 'any', [
    ['1', '2'],
    ['3', '4'],
  ])
  const other = changesOf('shared/b/two.ts', 'any', [['1', '2']])
  expect([...scoresOf([one!, two!, ...other], new Set([two!]))]).toEqual([
    ['shared/a', { made: 2, noticed: 1 }],
    ['shared/b', { made: 1, noticed: 1 }],
  ])
})
