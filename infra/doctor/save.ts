import { smokeIdentityToken } from '#infra/deliver/rollout/identity-token.ts'
import { GoogleApiError } from '#infra/deliver/rollout/google-api.ts'
import { dataBucketOf, type Environment } from '#infra/deliver/rollout/names.ts'
import { smokeTest } from '#infra/deliver/rollout/smoke.ts'
import type { Clock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import type { Google } from './google.ts'

interface SaveTools {
  readonly environment: Environment
  readonly google: Google
  readonly token: () => Promise<string>
  readonly clock: Clock
}

/** The delivery's smoke test of `audiences`, at the address that serves. @returns what failed */
export function saveAsSmokeUser({ environment, google, token, clock }: SaveTools): (url: string) => Promise<string[]> {
  const endpoint = process.env['IAM_CREDENTIALS_API_ENDPOINT'] ?? 'https://iamcredentials.googleapis.com'
  const bucket = dataBucketOf(environment)
  const smoke = smokeTest({
    clock,
    random: systemRandom,
    token: smokeIdentityToken({ environment, endpoint, token, clock }),
    objectExists: (name) =>
      google.get('storage', `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`).then(
        () => true,
        (error: unknown) => {
          if (error instanceof GoogleApiError && error.status === 404) return false
          throw error
        },
      ),
    // Only the steps of web look for assets.
    assetExists: () => Promise.resolve(false),
  })
  return async (url) => {
    const checks = await smoke([{ name: 'audiences', revision: 'serving', url }])
    return checks.flatMap(({ step, fault }) => (fault === undefined ? [] : [`${step}: ${fault}`]))
  }
}
