import type { ProgramRunner } from './programs.ts'

export const SIGN_IN = 'gcloud auth application-default login'

/** There are no application-default credentials, or Google does not take them any more. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError'
}

/**
 * An access token of the application-default credentials: those that Terraform and the operators' commands use, which
 * gcloud's own sign-in does not create. Requested once for all checks.
 * @throws CredentialsError
 */
export function defaultCredentials(runProgram: ProgramRunner): () => Promise<string> {
  let token: Promise<string> | undefined
  const request = async () => {
    const result = await runProgram('gcloud', ['auth', 'application-default', 'print-access-token', '--quiet'])
    if (result === undefined) throw new CredentialsError('there is no gcloud')
    if (result.exit_code === 0 && result.stdout.trim() !== '') return result.stdout.trim()
    throw new CredentialsError(result.stderr.trim().split('\n')[0] || 'no token came from gcloud')
  }
  return () => (token ??= request())
}
