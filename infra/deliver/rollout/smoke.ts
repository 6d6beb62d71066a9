import type { Clock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import type { Random } from '#shared/base/random.ts'
import type { FunctionName } from '#shared/contract/functions.ts'
import { CLIENT_ID_PREFIX } from '#shared/contract/client-id.ts'
import { isObject } from '#shared/base/is-object.ts'
import { withTimeLimit } from '#shared/base/timeout.ts'
import { SMOKE_STEPS } from './smoke-steps.ts'
import type { Candidate, Reply, SmokeDevice } from './smoke-context.ts'

export interface SmokeCheck {
  readonly name: FunctionName
  readonly step: string
  readonly requests: number
  readonly fault: string | undefined
}

/** Tests all candidates, each with the steps of its function. A failed step is a result; the function's later steps are skipped. */
export type SmokeTest = (candidates: readonly Candidate[]) => Promise<SmokeCheck[]>

interface SmokeTools {
  readonly clock: Clock
  readonly random: Random
  /** An ID token of the smoke user; requested before each test. */
  readonly token: () => Promise<string>
  readonly objectExists: (name: string) => Promise<boolean>
  readonly assetExists: (name: string) => Promise<boolean>
}

const REQUEST_DURATION_MS_MAX = 20_000

export function smokeTest(tools: SmokeTools): SmokeTest {
  const { clock, random } = tools
  const device: SmokeDevice = { client_id: newId(CLIENT_ID_PREFIX, clock.nowMs(), random), seq: 0, acked: 0 }
  return async (candidates) => {
    let token: string
    try {
      token = await tools.token()
    } catch (error) {
      const fault = `the smoke user's token could not be obtained: ${messageOf(error)}`
      return candidates.map(({ name }) => ({ name, step: 'token', requests: 0, fault }))
    }
    const checks = await Promise.all(
      candidates.map((candidate) => testCandidate(candidate, token, { ...tools, device })),
    )
    return checks.flat()
  }
}

async function testCandidate(
  candidate: Candidate,
  token: string,
  tools: SmokeTools & { device: SmokeDevice },
): Promise<SmokeCheck[]> {
  const { name, url } = candidate
  const checks: SmokeCheck[] = []
  let requests = 0
  const attempt = async (step: string, work: () => Promise<void>): Promise<void> => {
    const before = requests
    const fault = await work().then(() => undefined, messageOf)
    checks.push({ name, step, requests: requests - before, fault })
  }
  const hasFailed = () => checks.some(({ fault }) => fault !== undefined)
  await SMOKE_STEPS[name]({
    candidate,
    device: tools.device,
    clock: tools.clock,
    random: tools.random,
    objectExists: tools.objectExists,
    assetExists: tools.assetExists,
    step: async (step, work) => void (hasFailed() || (await attempt(step, work))),
    cleanUp: attempt,
    async call(method, path, body, { anonymous = false } = {}) {
      requests++
      const headers = new Headers({ 'User-Agent': 'activation-manager-smoke' })
      if (!anonymous) headers.set('Authorization', `Bearer ${token}`)
      if (body !== undefined) headers.set('Content-Type', 'application/json')
      const late = () => new Error(`${method} ${path} was not answered within ${REQUEST_DURATION_MS_MAX / 1000} s`)
      const send = async (signal: AbortSignal): Promise<Reply> => {
        const request = new Request(new URL(path, url), { method, headers, redirect: 'error', ...bodyOf(body) })
        const response = await fetch(request, { signal })
        const text = await response.text()
        return { status: response.status, headers: response.headers, text, body: jsonOf(text) }
      }
      return withTimeLimit(tools.clock, REQUEST_DURATION_MS_MAX, send, late)
    },
  })
  return checks
}

const bodyOf = (body: unknown): RequestInit => (body === undefined ? {} : { body: JSON.stringify(body) })

/** An empty object for a body that is not a JSON object, such as a load balancer's HTML page; the step then fails. */
function jsonOf(text: string): Reply['body'] {
  try {
    const json: unknown = JSON.parse(text)
    return isObject(json) ? json : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

export function describeFailures(checks: readonly SmokeCheck[]): string {
  return checks.map(({ name, step, fault }) => `${name}, ${step}: ${fault ?? 'passed'}`).join('; ')
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // fetch reports only that it failed; the reason is in its cause.
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
