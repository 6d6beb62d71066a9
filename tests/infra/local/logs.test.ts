import { mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'

import { fileLog } from '#infra/local/logs.ts'
import { systemClock } from '#shared/base/clock.ts'

test('a log file that cannot be written loses its lines, shows one message in the terminal, and goes on when it can', async () => {
  const data_dir = await mkdtemp(join(tmpdir(), 'logs-'))
  onTestFinished(() => rm(data_dir, { recursive: true }))
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => told.mockRestore())
  const log = fileLog(data_dir, systemClock, 'INFO')
  const path = join(data_dir, 'logs/activation.jsonl')
  await mkdir(join(data_dir, 'logs'))
  await symlink('/dev/full', path)
  for (const message of ['lost', 'lost too']) {
    log.write({ severity: 'INFO', message })
    await log.flush()
  }
  await rename(path, `${path}.full`)
  await expect
    .poll(async () => {
      log.write({ severity: 'INFO', message: 'kept' })
      await log.flush()
      return await readFile(path, 'utf8').catch(() => '')
    })
    .toMatch(/"kept"/)
  expect(await readFile(path, 'utf8')).not.toMatch(/lost/)
  expect(told.mock.calls).toHaveLength(1)
})
