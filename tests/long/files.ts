import { glob, readFile } from 'node:fs/promises'
import { join, matchesGlob } from 'node:path'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { LONG } from '../../vitest.config.ts'

/** A test with seeds, or with parts that only `npm run test:long` runs. */
const SCALED = /support\/(effort|seeds)\.ts'|\/rounds\.ts'/
/** A test that waits for something, has a clock of its own, or starts a process. */
const TIMED = /support\/(clock|ports)\.ts'|expect\s*\.poll\(|fasterClock|startProcess|startSystem|spawn\(/

/** Test files from the root of the project. */
export async function longFiles({ quick }: { quick: boolean }): Promise<string[]> {
  const files: string[] = []
  for await (const path of glob('tests/**/*.test.ts', { cwd: PROJECT_ROOT })) {
    const source = await readFile(join(PROJECT_ROOT, path), 'utf8')
    if (
      SCALED.test(source) ||
      (!quick && LONG.some((pattern) => matchesGlob(path, pattern))) ||
      (quick && TIMED.test(source))
    )
      files.push(path)
  }
  return files.toSorted()
}
