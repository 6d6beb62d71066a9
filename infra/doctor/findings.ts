import * as z from 'zod'

import { GoogleApiError } from '#infra/deliver/rollout/google-api.ts'
import { withTimeLimit } from '#shared/base/timeout.ts'
import { type Check, type DoctorContext, type Finding, notAsked } from './check.ts'
import { CredentialsError, SIGN_IN } from './credentials.ts'

/** A check that is not done by then was not answered. */
const CHECK_DURATION_MS_MAX = 60_000

export interface Line {
  readonly title: string
  readonly when: Check['when']
  readonly finding: Finding
}

/** Asks all checks side by side: none waits for another, and none hides another. */
export function askAll(checks: readonly Check[], context: DoctorContext): Promise<Line[]> {
  return Promise.all(checks.map(async ({ title, when, ask }) => ({ title, when, finding: await asked(ask, context) })))
}

async function asked(ask: Check['ask'], context: DoctorContext): Promise<Finding> {
  const late = () => new Error(`no answer within ${CHECK_DURATION_MS_MAX / 1000} s`)
  return withTimeLimit(context.clock, CHECK_DURATION_MS_MAX, () => ask(context), late).catch((error: unknown) =>
    findingOf(error, context),
  )
}

function findingOf(error: unknown, { environment: { project } }: DoctorContext): Finding {
  if (error instanceof CredentialsError) return notAsked('there are no credentials to ask with', SIGN_IN)
  if (error instanceof z.ZodError) {
    return notAsked(`the answer has another form than doctor knows: ${z.prettifyError(error)}`, 'look in the console')
  }
  if (!(error instanceof GoogleApiError)) return notAsked(messageOf(error), 'run doctor again')
  const disabled = /"service": ?"([\w.]+)"/.exec(error.message)?.[1]
  if (error.status === 401) return notAsked('Google does not take the credentials', SIGN_IN)
  if (error.status === 403 && error.message.includes('SERVICE_DISABLED') && disabled !== undefined) {
    return notAsked(`${disabled} is not enabled`, `gcloud services enable ${disabled} --project=${project}`)
  }
  if (error.status === 403) {
    return notAsked(`your account may not see this: ${firstLine(error)}`, 'ask as an owner of the project')
  }
  return notAsked(firstLine(error), 'run doctor again')
}

/** Google's own sentence, when the error has one. */
function firstLine(error: GoogleApiError): string {
  const [, sentence] = /"message": ?"([^"]*)"/.exec(error.message) ?? []
  return sentence ?? error.message.split('\n')[0]!
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
