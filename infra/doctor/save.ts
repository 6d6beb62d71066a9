import * as z from 'zod'

import { callGoogleApi, GoogleApiError } from '#infra/deliver/rollout/google-api.ts'
import { smokeIdentityToken } from '#infra/deliver/rollout/identity-token.ts'
import { dataBucketOf, deliveryAccountOf, type Environment } from '#infra/deliver/rollout/names.ts'
import { smokeTest } from '#infra/deliver/rollout/smoke.ts'
import type { Clock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { googleApis } from './google.ts'

interface SaveTools {
  readonly environment: Environment
  /** The caller's own access token: of one of Terraform's `deployers`, who may act as the delivery account. */
  readonly token: () => Promise<string>
  readonly clock: Clock
  /** A stand-in of all services; undefined: Google. */
  readonly endpoint: string | undefined
  /** Of the IAM Service Account Credentials API. */
  readonly iam_endpoint: string
}

const accessToken = z.object({ accessToken: z.string().min(1) })

/** The delivery's smoke test of `audiences`, at the address that serves. @returns what failed */
export function saveAsSmokeUser(tools: SaveTools): (url: string) => Promise<string[]> {
  const { environment, clock, endpoint, iam_endpoint } = tools
  return async (url) => {
    const as_delivery = await deliveryToken(tools)
    const delivery = () => Promise.resolve(as_delivery)
    const google = googleApis({ project: environment.project, token: delivery, clock, endpoint })
    const object_path = `/storage/v1/b/${dataBucketOf(environment)}/o/`
    const smoke = smokeTest({
      clock,
      random: systemRandom,
      token: smokeIdentityToken({ environment, endpoint: iam_endpoint, token: delivery, clock }),
      objectExists: (name) =>
        google.get('storage', `${object_path}${encodeURIComponent(name)}`).then(
          () => true,
          (error: unknown) => {
            if (error instanceof GoogleApiError && error.status === 404) return false
            throw error
          },
        ),
      // Only the steps of web look for assets.
      assetExists: () => Promise.resolve(false),
    })
    const checks = await smoke([{ name: 'audiences', revision: 'serving', url }])
    return checks.flatMap(({ step, fault }) => (fault === undefined ? [] : [`${step}: ${fault}`]))
  }
}

/** Only the delivery account may request identity tokens of the smoke user. */
async function deliveryToken({ environment, token, clock, iam_endpoint }: SaveTools): Promise<string> {
  const account = deliveryAccountOf(environment)
  const url = new URL(`/v1/projects/-/serviceAccounts/${account}:generateAccessToken`, iam_endpoint)
  const body = { scope: ['https://www.googleapis.com/auth/cloud-platform'], lifetime: '600s' }
  const api = { name: 'IAM', token, clock, quota_project: environment.project }
  return accessToken.parse(await callGoogleApi(api, url, body)).accessToken
}
