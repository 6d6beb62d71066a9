/** Why a load cannot go on, said to the person who started it and can put it right. */
export class LoadFailure extends Error {
  override readonly name = 'LoadFailure'
}

interface Fault {
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly location?: string | undefined
}

/** What is to be done about it, by Google's `reason`. */
const ADVICE: Readonly<Record<string, string>> = {
  accessDenied:
    'The account am-operator may: gcloud auth application-default login --impersonate-service-account=am-operator@PROJECT.iam.gserviceaccount.com',
  quotaExceeded: 'A quota of the project is used up: run it again when it is there again.',
  rateLimitExceeded: 'Too much at once: run it again in a minute.',
  notFound: 'Not found is also what there is in another location: bucket and datasets must lie in the same one.',
  invalid:
    'Objects that older releases wrote may have fewer columns, which a load may refuse; the scheduled copy reads them.',
}

/** All that a job had against it. The first fault is the one that ended it; BigQuery repeats it among the others. */
export function jobFailure(what: string, faults: readonly Fault[]): LoadFailure {
  const lines = new Set(
    faults.map(({ reason, message, location }) => {
      return [reason, location, message].filter((part) => part !== undefined && part !== '').join(': ')
    }),
  )
  return new LoadFailure([`${what} failed:`, ...[...lines].map((line) => `  ${line}`), ...adviceOn(faults)].join('\n'))
}

/** @returns the failure of a call; anything that is no answer of Google's, as it is */
export function callFailure(what: string, error: unknown): Error {
  const { code, errors } = error as { code?: unknown; errors?: readonly Fault[] }
  if (/Could not load the default credentials/.test((error as Error).message)) {
    return new LoadFailure('Nobody is signed in: gcloud auth application-default login', { cause: error })
  }
  if (typeof code !== 'number' || errors === undefined) return error as Error
  return new LoadFailure(jobFailure(`${what} (${code})`, errors).message, { cause: error })
}

/** Whether a call failed because what it names is not there. */
export function isNotFound(error: unknown): boolean {
  return (error as { code?: unknown }).code === 404
}

function adviceOn(faults: readonly Fault[]): string[] {
  return [...new Set(faults.flatMap(({ reason }) => ADVICE[reason ?? ''] ?? []))]
}
