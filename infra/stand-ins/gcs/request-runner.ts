/** One request from arrival to answer, with the faults that strike it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { identityOf } from '../kit/access.ts'
import { type Answer, json, send, sendTruncated } from '../kit/answers.ts'
import { control } from '../kit/control.ts'
import type { Operations } from '../kit/operations.ts'
import { failureMessage, Refusal } from '../kit/refusal.ts'
import { isOutOfSpace } from './disk-space.ts'
import type { FaultRule, Faults, OperationKind } from './faults.ts'
import { parseFields, pickFields } from './fields.ts'
import { parseJson } from './multipart.ts'
import { checkAccess } from './permissions.ts'
import { rateLimited, refusal, unavailable } from './refusals.ts'
import { Replays } from './replays.ts'
import { readCall } from './requests.ts'
import { findRoute } from './routes/router.ts'
import { header, type GcsCall, type Route, type Service } from './routes/route.ts'

export class RequestRunner {
  readonly #service: Service
  readonly #faults: Faults
  readonly #operations: Operations<OperationKind>
  readonly #replays: Replays
  readonly #giving_up = new AbortController()
  readonly #under_way = new Set<Promise<void>>()

  constructor(service: Service, faults: Faults, operations: Operations<OperationKind>) {
    this.#service = service
    this.#faults = faults
    this.#operations = operations
    this.#replays = new Replays(service.clock)
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const work = this.#handle(request, response)
    this.#under_way.add(work)
    try {
      await work
    } finally {
      this.#under_way.delete(work)
    }
  }

  async settled(): Promise<void> {
    while (this.#under_way.size > 0) await Promise.allSettled(this.#under_way)
  }

  /** Ends latencies immediately, and late landings without landing. */
  giveUpWaiting(): void {
    this.#giving_up.abort()
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let call: GcsCall
    let route: Route
    try {
      call = await readCall(request)
      if (call.path[0]?.startsWith('_')) return await send(response, this.#control(call))
      route = findRoute(this.#service, call)
    } catch (error) {
      return send(response, refusalAnswer(error))
    }
    // Of a request that came in part, only a resumable upload keeps anything.
    if (!call.is_body_whole && route.method !== 'uploads.send') return
    await this.#strike(call, route, response)
  }

  async #strike(call: GcsCall, route: Route, response: ServerResponse): Promise<void> {
    const { kind, bucket, name } = route
    this.#operations.arrived(kind, route.method)
    const chosen = this.#faults.choose(kind, bucket, name)
    const comes_after = chosen !== undefined && AFTER_COMMIT.has(chosen.fault)
    const rule = chosen && (comes_after || this.#faults.spend(chosen)) ? chosen : undefined
    await this.#wait(this.#faults.latencyMs(kind))
    switch (rule?.fault) {
      case 'stall':
        return
      case 'late_landing':
        return this.#landLate(call, route, response, rule)
      case 'unavailable':
        return this.#send(response, refusalAnswer(unavailable()))
      case 'rate_limited':
        return this.#send(response, refusalAnswer(rateLimited(bucket, name)))
      default:
        return this.#answer(response, await this.#run(call, route), rule)
    }
  }

  async #answer(response: ServerResponse, answer: Answer, rule: FaultRule | undefined): Promise<void> {
    if (!rule || answer.status >= 300 || !this.#faults.spend(rule)) return this.#send(response, answer)
    if (rule.fault === 'unavailable_after_commit') return this.#send(response, refusalAnswer(unavailable()))
    this.#operations.answered(answer.status)
    if (rule.fault === 'truncated_answer') return sendTruncated(response, answer)
    response.destroy()
  }

  async #landLate(call: GcsCall, route: Route, response: ServerResponse, rule: FaultRule): Promise<void> {
    response.destroy()
    await this.#wait(rule.delay_ms ?? 0)
    if (this.#giving_up.signal.aborted) return
    this.#operations.answered((await this.#run(call, route)).status)
  }

  async #run(call: GcsCall, route: Route): Promise<Answer> {
    try {
      this.#checkAccess(call, route)
      const fields = call.query.get('fields')
      const mask = fields === null ? undefined : parseFields(fields)
      const answer = await this.#runOnce(call, route)
      if (mask === undefined || answer.body === '' || route.method === 'objects.get_media') return answer
      return { ...answer, body: JSON.stringify(pickFields(JSON.parse(String(answer.body)), mask)) }
    } catch (error) {
      return refusalAnswer(error)
    }
  }

  #checkAccess(call: GcsCall, route: Route): void {
    const { access, storage } = this.#service
    const identity = identityOf(call.headers)
    if (access === undefined || identity === undefined) return
    checkAccess(access, identity, call, route, (bucket, name) => storage.catalog.version(bucket, name) !== undefined)
  }

  #runOnce(call: GcsCall, route: Route): Promise<Answer> {
    const token = tokenOf(call)
    if (token === undefined || route.method === 'uploads.send') return route.run()
    const request_line = `${call.method} ${call.path.map(encodeURIComponent).join('/')}?${call.query.toString()}`
    return this.#replays.once(`${token} ${request_line}`, route.run)
  }

  #send(response: ServerResponse, answer: Answer): Promise<void> {
    this.#operations.answered(answer.status)
    return send(response, answer)
  }

  #control({ method, path, body }: GcsCall): Answer {
    const controlled = { faults: this.#faults, operations: this.#operations }
    const state = control(controlled, `${method} /${path.join('/')}`, () => parseJson(body))
    if (state === undefined) throw refusal(404, 'notFound', `There is no ${method} /${path.join('/')}`)
    return json(state)
  }

  async #wait(duration_ms: number): Promise<void> {
    if (duration_ms > 0) await this.#service.clock.sleep(duration_ms, this.#giving_up.signal)
  }
}

const AFTER_COMMIT = new Set(['unavailable_after_commit', 'lost_answer', 'truncated_answer'])

/** The token of a request that changes something. */
function tokenOf(call: GcsCall): string | undefined {
  if (call.method === 'GET') return undefined
  return header(call.headers, 'x-goog-gcs-idempotency-token') ?? header(call.headers, 'x-goog-idempotency-token')
}

/** A refusal's answer; 503 for a full disk; anything else is a failure of the stand-in itself, and says which. */
export function refusalAnswer(error: unknown): Answer {
  const refused = isOutOfSpace(error) ? unavailable() : error
  return (refused instanceof Refusal ? refused : refusal(500, 'backendError', failureMessage(error))).answer
}
