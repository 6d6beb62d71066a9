import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const MAIN = join(import.meta.dirname, '../../../../infra/checks/terraform/main.ts')

test('without terraform the check is skipped, which does not count as passed', async () => {
  const { exit_code, output } = await new Promise<{ exit_code: unknown; output: string }>((resolve) => {
    const env = { ...process.env, PATH: '/nowhere' }
    execFile(process.execPath, [MAIN], { env }, (error, stdout) => {
      resolve({ exit_code: error?.code ?? 0, output: stdout })
    })
  })
  expect(output).toMatch(/^SKIPPED: terraform is not installed,/)
  expect(exit_code).toBe(3)
})
