import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { ALL_CHANGES } from './all-changes.ts'
import { changed } from './change.ts'

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
