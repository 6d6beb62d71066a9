import { OperatorError } from '#infra/command/operator-error.ts'

interface Fault {
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly location?: string | undefined
}

/** What the operator can do, by Google's `reason`. */
const ADVICE: Readonly<Record<string, string>> = {
  accessDenied:
    'The account am-operator has the permission: gcloud auth application-default login --impersonate-service-account=am-operator@PROJECT.iam.gserviceaccount.com',
  quotaExceeded: 'A quota of the project is exhausted: run it again after the quota is refilled.',
  rateLimitExceeded: 'Too many requests: run it again in a minute.',
  notFound: 'BigQuery also answers so when the location differs: bucket and datasets must be in the same location.',
  invalid:
    'A load may refuse objects of older releases because they have fewer columns; the scheduled copy reads them.',
}

/** The failure of a job with all its errors. The first one ended the job; BigQuery repeats it among the others. */
export function jobFailure(what: string, faults: readonly Fault[]): OperatorError {
  const lines = new Set(
    faults.map(({ reason, message, location }) => {
      return [reason, location, message].filter((part) => part !== undefined && part !== '').join(': ')
    }),
  )
  return new OperatorError(
    [`${what} failed:`, ...[...lines].map((line) => `  ${line}`), ...adviceOn(faults)].join('\n'),
  )
}

/** The failure of a call. Errors that are not answers of Google are returned unchanged. */
export function callFailure(what: string, error: unknown): Error {
  const { code, errors } = error as { code?: unknown; errors?: readonly Fault[] }
  if (/Could not load the default credentials/.test((error as Error).message)) {
    return new OperatorError('No credentials: run gcloud auth application-default login', { cause: error })
  }
  if (typeof code !== 'number' || errors === undefined) return error as Error
  return new OperatorError(jobFailure(`${what} (${code})`, errors).message, { cause: error })
}

/** Whether a call failed because the named resource does not exist. */
export function isNotFound(error: unknown): boolean {
  return (error as { code?: unknown }).code === 404
}

function adviceOn(faults: readonly Fault[]): string[] {
  return [...new Set(faults.flatMap(({ reason }) => ADVICE[reason ?? ''] ?? []))]
}
