/** One request from arrival to answer, with the faults that strike it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'

import type { Clock } from '#shared/base/clock.ts'
import { type Access, identityOf } from '../kit/access.ts'
import { type Answer, indentedJson, send } from '../kit/answers.ts'
import { readBody } from '../kit/body.ts'
import { control } from '../kit/control.ts'
import type { Operations } from '../kit/operations.ts'
import { failureMessage, Refusal } from '../kit/refusal.ts'
import type { Faults, Operation } from './faults.ts'
import { parseBody, parseJson } from './fields.ts'
import { VERSION_STATES } from './key-file.ts'
import { nameOf, type Keys } from './keys.ts'
import { findMethod, type KmsCall, type Method } from './methods.ts'
import { denied, invalid, notFound, rateLimited, refusal, unavailable } from './refusals.ts'

/** 64 KiB each of plaintext and AAD, in base64, and some. */
const BODY_BYTES_MAX = 256 * 1024

export interface Service {
  keys: Keys
  /** The key that control requests are about. */
  key_name: string
  clock: Clock
  faults: Faults
  operations: Operations<Operation>
  /** Without it every request is permitted. */
  access: Access | undefined
}

const stateRequest = z.strictObject({ version: z.string(), state: z.enum(VERSION_STATES) })

export class RequestRunner {
  readonly #service: Service
  readonly #giving_up = new AbortController()

  constructor(service: Service) {
    this.#service = service
  }

  /** @throws Refusal for a request that is malformed or about something unknown */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request)
    if (call.path.startsWith('/_')) return send(response, indentedJson(this.#control(call)))
    const identity = identityOf(request.headers)
    await this.#strike(findMethod(this.#service.keys, call), identity, response)
  }

  /** Ends latencies immediately. */
  giveUpWaiting(): void {
    this.#giving_up.abort()
  }

  async #strike(method: Method, identity: string | undefined, response: ServerResponse): Promise<void> {
    const { faults, operations, clock, access } = this.#service
    const { permission, key_name } = method
    const is_permitted =
      access === undefined || identity === undefined || access.permits(identity, permission, key_name)
    operations.arrived(method.operation, method.name)
    const fault = faults.strike(method.operation)
    if (faults.latency_ms > 0) await clock.sleep(faults.latency_ms, this.#giving_up.signal)
    if (fault === 'stall') return
    const answer = answerOf(() => {
      if (fault === 'unavailable') throw unavailable()
      if (fault === 'rate_limited') throw rateLimited()
      if (fault === 'denied' || !is_permitted) throw denied(permission, key_name)
      return method.run(fault)
    })
    operations.answered(answer.status)
    if (fault === 'lost_answer') response.destroy()
    else await send(response, answer)
  }

  /** @throws Refusal */
  #control({ method, path, body }: KmsCall): object {
    const { keys, key_name, faults, operations } = this.#service
    const request = `${method} ${path}`
    const state = control({ faults, operations }, request, () => parseJson(body))
    if (state !== undefined) return state
    switch (request) {
      case 'GET /_keys':
        return this.#versions()
      case 'POST /_keys/rotate':
        parseBody(body, [])
        keys.rotate(key_name)
        return this.#versions()
      case 'POST /_keys/state': {
        const parsed = stateRequest.safeParse(parseJson(body))
        if (!parsed.success) throw invalid(z.prettifyError(parsed.error))
        keys.setState(key_name, parsed.data.version.split('/').at(-1) as string, parsed.data.state)
        return this.#versions()
      }
      default:
        throw notFound(`There is no ${request}.`)
    }
  }

  #versions(): object {
    const { keys, key_name } = this.#service
    const { primary, versions } = keys.key(key_name)
    return {
      key_name,
      primary: nameOf(key_name, primary),
      versions: versions.map(({ id, state }) => ({ version: id, state })),
    }
  }
}

function answerOf(run: () => object): Answer {
  try {
    return indentedJson(run())
  } catch (error) {
    return refusalAnswer(error)
  }
}

/** A refusal's answer; anything else is a failure of the stand-in itself, and says which. */
export function refusalAnswer(error: unknown): Answer {
  return (error instanceof Refusal ? error : refusal(500, 'INTERNAL', failureMessage(error))).answer
}

/** @throws Refusal 400 for a body that is too large */
async function readCall(request: IncomingMessage): Promise<KmsCall> {
  const body = await readBody(request, BODY_BYTES_MAX)
  if (body === undefined) throw invalid(`Request payload size exceeds the limit: ${BODY_BYTES_MAX} bytes.`)
  // Names of keys are letters, digits, - and _: there is nothing to decode in a path.
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2)
  return { method: request.method ?? 'GET', path, query: new URLSearchParams(query), body }
}
