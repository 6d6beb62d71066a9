import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import type { Line } from '#infra/doctor/findings.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { CHILD_ENVIRONMENT } from '#tests/support/child-environment.ts'
import { healthy, serve } from './stand-in.ts'

const GCLOUD = `#!/bin/sh
case "$*" in
  *print-access-token*) echo 'ERROR: Your default credentials were not found.' >&2; exit 1 ;;
  *version*) echo '{"Google Cloud SDK": "528.0.0"}' ;;
  *) echo owner@acme.test ;;
esac
`

test('as a program it asks the machine and Google side by side, prints each line, and exits with 1 for a problem', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'gcloud'), GCLOUD)
  await chmod(join(folder, 'gcloud'), 0o755)
  const environment = {
    ...CHILD_ENVIRONMENT,
    // Neither terraform nor docker is on it.
    PATH: [folder, '/usr/bin', '/bin'].join(delimiter),
    GOOGLE_API_ENDPOINT: await serve(healthy()),
  }
  const args = ['infra/doctor/main.ts', '--env', 'dev', '--when', 'before', '--json']
  const { code, out } = await new Promise<{ code: unknown; out: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: PROJECT_ROOT, env: environment }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, out: stdout + stderr }),
    )
  })
  const lines = JSON.parse(out) as Line[]
  expect(code).toBe(1)
  const stateOf = (title: string) => lines.find((line) => line.title === title)?.finding.state
  expect(['gcloud', 'credentials', 'variables', 'billing'].map(stateOf)).toEqual([
    'ok',
    'problem',
    'problem',
    'not asked',
  ])
})
