import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { runCommand } from '#infra/command/run.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { systemClock } from '#shared/base/clock.ts'
import { CHECKS } from './checks.ts'
import { DOCTOR_COMMAND } from './command.ts'
import { defaultCredentials } from './credentials.ts'
import { askAll } from './findings.ts'
import { googleApis } from './google.ts'
import { plannedFrom } from './planned.ts'
import { runInstalled } from './programs.ts'
import { reportText } from './report.ts'
import { saveAsSmokeUser } from './save.ts'

await runCommand(DOCTOR_COMMAND, async ({ env, when, save, json }) => {
  const folder = join(PROJECT_ROOT, 'terraform/envs')
  const read = (name: string) => readFile(join(folder, name), 'utf8')
  const planned = plannedFrom(await read(`${env}.tfvars`), await read(`${env}.gcs.tfbackend`))
  const environment = { env, project: planned.project, region: planned.region }
  const clock = systemClock
  const token = defaultCredentials(runInstalled)
  const endpoint = process.env['GOOGLE_API_ENDPOINT']
  const iam_endpoint = process.env['IAM_CREDENTIALS_API_ENDPOINT'] ?? 'https://iamcredentials.googleapis.com'
  const google = googleApis({ project: planned.project, token, clock, endpoint })
  const trySave = save ? saveAsSmokeUser({ environment, token, clock, endpoint, iam_endpoint }) : undefined
  const checks = CHECKS.filter((check) => when === 'both' || check.when === when)
  const lines = await askAll(checks, { environment, planned, google, runProgram: runInstalled, clock, trySave })
  process.stdout.write(json ? `${JSON.stringify(lines, null, 2)}\n` : reportText(environment, lines))
  return lines.every(({ finding }) => finding.state === 'ok') ? 0 : 1
})
