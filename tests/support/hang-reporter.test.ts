import { spawn } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished } from 'vitest'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { longTest } from './effort.ts'

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
