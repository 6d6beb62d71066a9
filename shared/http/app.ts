import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Clock } from '../base/clock.ts'
import { Problem } from '../base/problem.ts'
import type { Random } from '../base/random.ts'
import { runTraced } from '../base/trace.ts'
import type { FunctionName } from '../contract/functions.ts'
import { healthRoute } from '../contract/health.ts'
import type { Route, Routes } from '../contract/route.ts'
import { authorize } from './auth/identity.ts'
import { createAuthenticator } from './auth/authenticate.ts'
import type { Answer, Call, Caller, Handlers } from './call.ts'
import { ifMatchVersion, noneMatchNames } from './request/conditions.ts'
import { createCors } from './response/cors.ts'
import type { EdgeSettings } from '../settings/edge-settings.ts'
import type { FunctionApp } from './server/function-app.ts'
import { standardHeaders } from './response/headers.ts'
import { createHealthHandler, type Probe } from './response/health.ts'
import { idempotencyRequest } from './request/idempotency.ts'
import { discardRest, type Intake, intakeOf } from './request/request-body.ts'
import type { Log } from '../logging/log.ts'
import { problemAnswer, problemOf } from './response/problems.ts'
import { createInputReader } from './request/request-input.ts'
import { createRequestLogger, type RequestRecord } from './request/request-log.ts'
import { createRouter, splitTarget } from './request/router.ts'
import { send } from './response/send.ts'
import { withTimeLimit } from '../base/timeout.ts'
import { createRequestNamer } from './request/trace-context.ts'

/** From the last byte of the request to the answer's first; Cloud Run would cut it off later and less politely. */
const REQUEST_DURATION_MS_MAX = 30_000

export interface AppOptions<R extends Routes> {
  function: FunctionName
  routes: R
  handlers: Handlers<R>
  settings: EdgeSettings
  clock: Clock
  random: Random
  log: Log
  /** What `GET …/health?deep=1` tries. */
  probe?: Probe
  /** Turns failures that callers can act on (the store is away) into problems; others are `internal`. */
  explain?: (error: unknown) => Problem | undefined
  request_duration_ms_max?: number
  /** `Cache-Control` of every answer, instead of the usual one. */
  cache_control?: string
}

/** One function's edge around its handlers: everything between the bytes of a request and the bytes of its answer. */
export function createApp<R extends Routes>(options: AppOptions<R>): FunctionApp {
  const { function: name, settings, clock, random, log, explain } = options
  const on_cloud = settings.K_SERVICE !== undefined
  const { K_REVISION: revision, FUNCTION_URL: function_url } = settings
  const nameRequest = createRequestNamer(random)
  const logger = createRequestLogger({ name, revision, project: settings.GOOGLE_CLOUD_PROJECT, log, clock })
  const onFault = (error: unknown) => logger.fault(error)
  const authenticator = createAuthenticator({
    issuers: settings.OIDC_ISSUERS,
    function_url,
    user_hash_salt: settings.USER_HASH_SALT,
    on_cloud,
    clock,
    onFault,
  })
  const access_policy = {
    operator_accounts: settings.OPERATOR_ACCOUNTS,
    smoke_accounts: settings.SMOKE_ACCOUNTS,
    function_url,
  }
  const cors = createCors(settings.ALLOWED_ORIGINS)
  const standard_headers = standardHeaders(on_cloud, options.cache_control)
  const request_duration_ms_max = options.request_duration_ms_max ?? REQUEST_DURATION_MS_MAX

  const routes = { ...options.routes, health: healthRoute(name) }
  const health = createHealthHandler({ probe: options.probe, revision, clock, onFault })
  const handlers = { ...options.handlers, health } as unknown as Readonly<Record<string, Handler>>
  const router = createRouter<Routes>(routes)
  const readers = new Map(Object.values(routes as Routes).map((route) => [route, createInputReader(route)]))

  /** Who calls, when the route asks for someone. */
  const callerOf = async (request: IncomingMessage, route: Route, record: RequestRecord) => {
    if (route.access === 'public') return undefined
    const identity = await authenticator.identify(request.headers.authorization)
    record.user_hash = identity.user_hash
    authorize(identity, route.access, access_policy)
    const { user_id, email } = identity
    return { user_id, email }
  }

  /** Which route is asked for and by whom, or the answer where no handler is needed. @throws Problem */
  const accept = async ({ request, record, raw_path }: Exchange): Promise<Accepted | Answer> => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
    const match = router.match(raw_path)
    if (match === undefined) {
      if (method === 'OPTIONS') return cors.answerOptions(request, 'OPTIONS')
      throw new Problem('not-found', 'There is nothing at this path')
    }
    record.route = match.template
    record.path = loggedPath(match)
    if (method === 'OPTIONS') return cors.answerOptions(request, match.allow)
    const found = match.methods.get(method)
    if (found === undefined) {
      throw new Problem('method-not-allowed', `Only ${match.allow} are allowed here`, {
        headers: { Allow: match.allow },
      })
    }
    return {
      ...found,
      params: match.params,
      method,
      path: match.path,
      caller: await callerOf(request, found.route, record),
    }
  }

  /** @throws whatever the handler does; problems of the request itself before that */
  const answer = async (
    exchange: Exchange,
    accepted: Accepted,
    intake: Intake,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const { request, record, raw_query } = exchange
    const { name: route_name, route, params, method, path, caller } = accepted
    if (intake.kind === 'refused') throw intake.problem
    if (intake.kind === 'gone') throw new Problem('invalid-input', 'The request ended before its body did')

    const { 'if-match': if_match, 'if-none-match': if_none_match, 'idempotency-key': key } = request.headers
    const if_match_version = route.conditional === true ? ifMatchVersion(if_match) : undefined
    const { query, body, body_as_sent } = readers.get(route)!(request, raw_query, intake.bytes, caller)
    const idempotency =
      route.idempotent_by_key === true
        ? idempotencyRequest(headerText(key), { method, path, body: body_as_sent })
        : undefined
    return handlers[route_name]!({
      caller: caller ?? NOBODY,
      params,
      query,
      body,
      if_match_version,
      matchesIfNoneMatch: (etag) => noneMatchNames(if_none_match, etag),
      idempotency,
      signal,
      noteRecord: (record_id) => (record.record_id = record_id),
    })
  }

  const failureAnswer = (error: unknown, record: RequestRecord) => {
    const problem = problemOf(explain?.(error) ?? error)
    if (problem.kind === 'internal') logger.fault(problem.cause ?? problem, record)
    return { answer: problemAnswer(problem, record.request_id), outcome: problem.kind }
  }

  /** The time limit begins once the caller is known: the issuer's keys have one of their own, and nothing was sent yet. */
  const limitedAnswer = async (exchange: Exchange, intake: Intake): Promise<Answer> => {
    const { request, response, record } = exchange
    const accepted = await runTraced(record.trace, () => accept(exchange))
    if ('status' in accepted) return accepted
    const over = new AbortController()
    if (response.destroyed) over.abort(CLIENT_GONE)
    response.once('close', () => {
      if (!response.writableFinished) over.abort(CLIENT_GONE)
    })
    const work = (signal: AbortSignal) => runTraced(record.trace, () => answer(exchange, accepted, intake, signal))
    return await withTimeLimit(clock, request_duration_ms_max, work, () => tookTooLong(request.method), over)
  }

  return {
    name,
    log,
    clock,
    async handle(request, response, given) {
      const intake = given ?? (await intakeOf(request, clock))
      if (intake.kind === 'refused') discardRest(request, response, clock)
      const { raw_path, raw_query } = splitTarget(request.url ?? '/')
      const record = logger.begin(request, nameRequest(request.headers), withoutUser(raw_path))
      const exchange = { request, response, record, raw_path, raw_query }
      const headers = { ...standard_headers, ...cors.headersFor(request), 'X-Request-Id': record.request_id }

      const sendAs = (reply: Answer, outcome: string) =>
        send(reply, {
          response,
          headers,
          is_head: request.method === 'HEAD',
          clock,
          onEnd({ bytes, cut_off }) {
            const { status } = reply
            logger.end(record, request, { status, bytes, outcome: cut_off ? 'cut-off' : outcome })
          },
        })

      const sendFailure = async (error: unknown) => {
        const { answer: reply, outcome } = failureAnswer(error, record)
        if (response.headersSent) return
        for (const header of response.getHeaderNames()) response.removeHeader(header)
        await sendAs(reply, outcome)
      }

      try {
        await sendAs(await limitedAnswer(exchange, intake), 'ok')
      } catch (error) {
        // A problem's own headers may be what Node refuses; the one that says so has none.
        await sendFailure(error).catch(sendFailure)
      }
    },
  }
}

type Handler = (call: Omit<Call, 'query' | 'body'> & { query: unknown; body: unknown }) => Promise<Answer>

/** A request that a handler will answer. */
interface Accepted {
  name: string
  route: Route
  params: Readonly<Record<string, string>>
  method: string
  path: string
  caller: Caller | undefined
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  record: RequestRecord
  raw_path: string
  raw_query: string
}

const CLIENT_GONE = new Error('the client has gone away')

/** What a handler of a public route finds as its caller; it has no use for one. */
const NOBODY: Caller = Object.freeze({ user_id: '', email: undefined })

/** A path whose parameters are ids of records; that of a user goes by its name only. */
function loggedPath({ template, params }: { template: string; params: Readonly<Record<string, string>> }): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => (name === 'user_id' ? whole : (params[name] ?? whole)))
}

/** A path that no route has may still have a user's id where one belongs. */
const withoutUser = (raw_path: string) => raw_path.replace(/\/users\/[^/]+/, '/users/{user_id}')

const headerText = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value)

function tookTooLong(method: string | undefined): Problem {
  const is_read = method === 'GET' || method === 'HEAD'
  return new Problem('unavailable', 'The request took too long', {
    retry_after_ms: 1_000,
    members: is_read ? {} : { outcome: 'unknown' },
  })
}
