import * as z from 'zod'

import { callGoogleApi, type GoogleApi } from './google-api.ts'
import { SMOKE_AUDIENCE, smokeAccountOf, type Environment } from './names.ts'

const answered = z.object({ token: z.string().min(1) })

export interface IdentityTokenTools extends Omit<GoogleApi, 'name'> {
  readonly environment: Environment
  /** `https://iamcredentials.googleapis.com`, or a stand-in. */
  readonly endpoint: string
}

/**
 * An identity token of the smoke user, from the caller's access token
 * (https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateIdToken).
 *
 * It needs the permission iam.serviceAccounts.getOpenIdToken alone. Not `gcloud auth print-identity-token` with
 * impersonation: that requests an access token of the smoke user first, which nobody may have.
 */
export function smokeIdentityToken({ environment, endpoint, ...api }: IdentityTokenTools): () => Promise<string> {
  const account = smokeAccountOf(environment)
  // With `-`: any project instead is refused.
  const url = new URL(`/v1/projects/-/serviceAccounts/${account}:generateIdToken`, endpoint)
  return async () => {
    const body = { audience: SMOKE_AUDIENCE, includeEmail: true }
    return answered.parse(await callGoogleApi({ name: 'IAM', ...api }, url, body)).token
  }
}
