import { spawn } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import type { TestModule } from 'vitest/node'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { systemClock } from '#shared/base/clock.ts'
import { longTest } from './effort.ts'
import HangReporter from './hang-reporter.ts'

longTest('a test that loops on promises for ever ends the run, and is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hang-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(folder, 'node_modules'))
  const reporter = join(PROJECT_ROOT, 'tests/support/hang-reporter.ts')
  const config = { test: { reporters: [[reporter, { silence_ms_max: 1000 }]], include: ['*.test.ts'] } }
  await writeFile(join(folder, 'vitest.config.ts'), `export default ${JSON.stringify(config)}`)
  const loop = "import { test } from 'vitest'\ntest('x', async () => { for (;;) await null }, 100)\n"
  await writeFile(join(folder, 'loop.test.ts'), loop)
  const vitest = join(PROJECT_ROOT, 'node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  expect(await text(child.stderr)).toMatch(/FAILED: no test of \S*loop\.test\.ts ended within 1 s: it loops/)
  expect(await ended).toBe(1)
})

test('a file is silent from its start to its end, and a late report does not begin it again', () => {
  const silence_ms_max = 1000
  const reporter = new HangReporter({ silence_ms_max })
  const module = { moduleId: 'one.test.ts' } as TestModule
  const silentLater = () => reporter.silentFiles(systemClock.monotonicMs() + 2 * silence_ms_max)
  reporter.onTestModuleStart(module)
  expect(reporter.silentFiles(systemClock.monotonicMs())).toEqual([])
  expect(silentLater()).toEqual(['one.test.ts'])
  reporter.onTestCaseReady({ module })
  expect(silentLater()).toEqual(['one.test.ts'])
  reporter.onTestModuleEnd(module)
  reporter.onTestCaseResult({ module })
  reporter.onTestModuleStart(module)
  expect(silentLater()).toEqual([])
})
