import { callGoogleApi, type GoogleApi } from '#infra/deliver/rollout/google-api.ts'
import type { Clock } from '#shared/base/clock.ts'

/** Google's REST APIs, by the first part of their host: `run`, `compute`. */
export interface Google {
  /** @throws GoogleApiError, CredentialsError */
  get(service: string, path: string, query?: Readonly<Record<string, string>>): Promise<unknown>
  /** For methods that read although they are a POST. */
  post(service: string, path: string, body: object): Promise<unknown>
}

interface GoogleTools {
  readonly project: string
  readonly token: () => Promise<string>
  readonly clock: Clock
  /** A stand-in of all services, which has each under a path of its own; undefined: Google. */
  readonly endpoint: string | undefined
}

export function googleApis({ project, token, clock, endpoint }: GoogleTools): Google {
  const api = (service: string): GoogleApi => ({ name: serviceHost(service), token, clock, quota_project: project })
  const urlOf = (service: string, path: string) =>
    new URL(endpoint === undefined ? `https://${serviceHost(service)}${path}` : `${endpoint}/${service}${path}`)
  return {
    get(service, path, query = {}) {
      const url = urlOf(service, path)
      url.search = new URLSearchParams(query).toString()
      return callGoogleApi(api(service), url)
    },
    post: (service, path, body) => callGoogleApi(api(service), urlOf(service, path), body),
  }
}

export function serviceHost(service: string): string {
  return `${service}.googleapis.com`
}
