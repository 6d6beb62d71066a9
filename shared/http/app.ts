import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Clock } from '../base/clock.ts'
import { processEnding, untilEnding } from '../base/ending.ts'
import { Problem } from '../base/problem.ts'
import type { Random } from '../base/random.ts'
import { runTraced } from '../base/trace.ts'
import type { FunctionName } from '../contract/functions.ts'
import { healthRoute } from '../contract/health.ts'
import type { Route, Routes } from '../contract/route.ts'
import { compiled } from '../records/validation/compiled.ts'
import { prepareSchemas } from '../records/validation/validate.ts'
import { authorize } from './auth/identity.ts'
import { createAuthenticator } from './auth/authenticate.ts'
import type { Answer, Call, Caller, Handlers } from './call.ts'
import { clientIdOf } from './request/client-id.ts'
import { noneMatchNames, requestCondition } from './request/conditions.ts'
import { whenClosed } from './response/closing.ts'
import { createCors } from './response/cors.ts'
import { checkAccounts, type EdgeSettings } from '../settings/edge-settings.ts'
import type { FunctionApp } from './server/function-app.ts'
import { standardHeaders } from './response/headers.ts'
import { createHealthHandler, type Probe } from './response/health.ts'
import { idempotencyRequest } from './request/idempotency.ts'
import { type BodyResult, bodyRefusedByHeaders, discardBody, requestBodyOf } from './request/request-body.ts'
import type { Log } from '../logging/log.ts'
import { problemAnswer, problemOf } from './response/problems.ts'
import { createInputReader, typeRefusedByHeaders } from './request/request-input.ts'
import { createRequestLogger, type RequestLogger, type RequestRecord } from './request/request-log.ts'
import { createRouter, splitTarget } from './request/router.ts'
import { answerBySite, isOfApi, type Site } from './request/site.ts'
import { answerUnknownPath, methodsOfUnknown } from './request/unknown-path.ts'
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
  /** Aborts shortly before the process ends: requests that still wait for something are answered 503 then. */
  ending?: AbortSignal | undefined
  /** What `GET …/health?deep=1` tries. */
  probe?: Probe
  /** Turns failures that callers can act on (the store does not answer) into problems; others are `internal`. */
  explain?: (error: unknown) => Problem | undefined
  request_duration_ms_max?: number
  /** `Cache-Control` of every answer, instead of the usual one. */
  cache_control?: string
  /** Answers what lies outside of `/api`; without it nothing does. */
  site?: Site
}

/** One function's edge around its handlers: everything between the bytes of a request and the bytes of its answer. */
export function createApp<R extends Routes>(options: AppOptions<R>): FunctionApp {
  const { function: name, settings, clock, random, log, ending } = options
  checkAccounts(settings)
  prepareSchemas(compiled)
  const on_cloud = settings.K_SERVICE !== undefined
  const { K_REVISION: revision, GOOGLE_CLOUD_PROJECT: project } = settings
  const logger = createRequestLogger({ name, revision, project, log, clock })
  const health = createHealthHandler({ probe: options.probe, revision, clock, onFault: (error) => logger.fault(error) })
  const cors = createCors(settings.ALLOWED_ORIGINS)
  const routes: Routes = { ...options.routes, health: healthRoute(name) }
  const identify = createIdentifier(settings, clock, logger)
  const parts: Parts = {
    clock,
    ending,
    logger,
    cors,
    nameRequest: createRequestNamer(random),
    standard_headers: standardHeaders(on_cloud, options.cache_control),
    accept: createAcceptor(createRouter<Routes>(routes), cors, identify, options.site),
    callHandler: createHandlerCall(routes, handlersByName({ ...options.handlers, health })),
    problemOf: (error) => problemOf(options.explain?.(error) ?? error),
    request_duration_ms_max: options.request_duration_ms_max ?? REQUEST_DURATION_MS_MAX,
  }
  return {
    name,
    log,
    clock,
    ending,
    handle: (request, response, receive) => handleRequest(parts, request, response, receive),
  }
}

/** The parts of one function's edge that the steps of a request share. */
interface Parts {
  clock: Clock
  ending: AbortSignal | undefined
  logger: RequestLogger
  cors: Cors
  nameRequest: RequestNamer
  /** Of every answer. */
  standard_headers: Readonly<Record<string, string>>
  accept: (exchange: Exchange) => Promise<Accepted | Answer>
  callHandler: (exchange: Exchange, accepted: Accepted, received: BodyResult, signal: AbortSignal) => Promise<Answer>
  problemOf: (error: unknown) => Problem
  request_duration_ms_max: number
}

/** Answers one request; never rejects. */
async function handleRequest(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  receive = () => requestBodyOf(request, parts.clock),
) {
  const { logger } = parts
  const { raw_path, raw_query } = splitTarget(request.url ?? '/')
  const record = logger.begin(request, parts.nameRequest(request.headers), withoutUser(raw_path))
  const over = new AbortController()
  const exchange: Exchange = {
    request,
    response,
    record,
    raw_path,
    raw_query,
    over,
    is_handled: false,
    is_given_up: false,
  }
  try {
    const work = () => limitedAnswer(parts, exchange, receive)
    await sendAnswer(parts, exchange, await untilEnding(parts.ending, work, () => ended(parts, exchange)), 'ok')
  } catch (error) {
    const sendFailure = (failure: unknown) => sendProblem(parts, exchange, failure)
    // A problem's own headers may be what Node refuses; the one that says so has none.
    await sendFailure(error).catch(sendFailure)
  }
}

/**
 * Judges a request by its headers, and reads the body of an accepted one only: a stranger's upload takes no memory. The
 * time limit begins with the last byte of the request: the issuer's keys and the body have limits of their own.
 */
async function limitedAnswer(parts: Parts, exchange: Exchange, receive: () => Promise<BodyResult>): Promise<Answer> {
  const { request, response, record, over } = exchange
  let received: BodyResult | undefined
  let accepted: Accepted | Answer
  try {
    accepted = await runTraced(record.trace, () => parts.accept(exchange))
    if ('status' in accepted) return accepted
    received = await receive()
  } finally {
    if (received?.kind !== 'read') discardBody(request, parts.clock, record.user_hash !== undefined)
  }
  if (response.destroyed) over.abort(CLIENT_GONE)
  response.once('close', () => {
    if (!response.writableFinished) over.abort(CLIENT_GONE)
  })
  const work = (signal: AbortSignal) =>
    runTraced(record.trace, () => parts.callHandler(exchange, accepted, received, signal))
  const late = () => tookTooLong(request.method)
  return await withTimeLimit(parts.clock, parts.request_duration_ms_max, work, late, over)
}

/** The answer of last resort before the process ends; a handler that knows more of the outcome answers first. */
async function ended({ clock }: Parts, exchange: Exchange): Promise<Problem> {
  // An abort reaches the handler's own answer within one turn.
  await clock.turn()
  const { request, is_handled, over } = exchange
  exchange.is_given_up = true
  const problem = processEnding(is_handled && !isRead(request.method))
  over.abort(problem)
  return problem
}

async function sendAnswer(parts: Parts, { request, response, record }: Exchange, answer: Answer, outcome: string) {
  await send(answer, {
    response,
    headers: { ...parts.standard_headers, ...parts.cors.headersFor(request), 'X-Request-Id': record.request_id },
    is_head: request.method === 'HEAD',
    clock: parts.clock,
    onEnd({ bytes, cut_off }) {
      const { status } = answer
      parts.logger.end(record, request, { status, bytes, outcome: cut_off ? 'cut-off' : outcome })
    },
  })
}

async function sendProblem(parts: Parts, exchange: Exchange, error: unknown) {
  const { response, record } = exchange
  const problem = parts.problemOf(error)
  if (problem.kind === 'internal') parts.logger.fault(problem.cause ?? problem, record)
  if (response.headersSent) return
  for (const header of response.getHeaderNames()) response.removeHeader(header)
  await sendAnswer(parts, exchange, problemAnswer(problem, record.request_id), problem.kind)
}

type Identify = (request: IncomingMessage, route: Route, record: RequestRecord) => Promise<Caller | undefined>

/** Finds who calls; `undefined` where the route asks for nobody, and for a guest. */
function createIdentifier(settings: EdgeSettings, clock: Clock, logger: RequestLogger): Identify {
  const { FUNCTION_URL: function_url } = settings
  const authenticator = createAuthenticator({
    issuers: settings.OIDC_ISSUERS,
    function_url,
    user_hash_salt: settings.USER_HASH_SALT,
    on_cloud: settings.K_SERVICE !== undefined,
    clock,
    onFault: (error) => logger.fault(error),
  })
  const access_policy = {
    operator_accounts: settings.OPERATOR_ACCOUNTS,
    smoke_accounts: settings.SMOKE_ACCOUNTS,
    function_url,
  }
  return async (request, route, record) => {
    if (route.access === 'public') return undefined
    // A header that is there must be good: who sends a token must not be answered as a guest.
    if (route.access === 'optional' && request.headers.authorization === undefined) return undefined
    const identity = await authenticator.identify(request.headers.authorization)
    record.user_hash = identity.user_hash
    authorize(identity, route.access, access_policy)
    const { user_id, own_names, email } = identity
    return { user_id, own_names, email }
  }
}

/** Finds the route and the caller, or the answer where no handler is needed. */
function createAcceptor(router: Router, cors: Cors, identify: Identify, site: Site | undefined) {
  /** @throws Problem */
  return async (exchange: Exchange): Promise<Accepted | Answer> => {
    const { request, record, raw_path } = exchange
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
    const match = router.match(raw_path)
    if (match === undefined) {
      if (site !== undefined && !isOfApi(raw_path)) return await answerBySite(site, exchange, cors)
      if (method === 'OPTIONS') return cors.answerOptions(request, methodsOfUnknown(router, raw_path))
      return answerUnknownPath(router, { method, raw_path, raw_query: exchange.raw_query })
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
    const caller = await identify(request, found.route, record)
    const refusal = bodyRefusedByHeaders(request) ?? typeRefusedByHeaders(request, method)
    if (refusal) throw refusal
    return { ...found, params: match.params, method, path: match.path, caller }
  }
}

/** Reads and validates what the request brings, and calls the route's handler with it. */
function createHandlerCall(routes: Routes, handlers: ReadonlyMap<string, Handler>): Parts['callHandler'] {
  const readers = new Map(Object.values(routes).map((route) => [route, createInputReader(route)]))
  /** @throws the handler's failures, and before them the problems of the request itself */
  return async (exchange, { name, route, params, method, path, caller }, received, signal) => {
    const { request, response, record, raw_query } = exchange
    if (received.kind === 'refused') throw received.problem
    if (received.kind === 'gone') throw new Problem('invalid-input', 'The request ended before its body did')

    const { 'if-match': if_match, 'if-none-match': if_none_match, 'idempotency-key': key } = request.headers
    const client_id = clientIdOf(headerText(request.headers['client-id']))
    const condition = requestCondition(route, if_match, if_none_match)
    const { query, body, body_as_sent, is_old_client } = readers.get(route)!(request, raw_query, received.bytes, caller)
    const idempotency =
      route.idempotent_by_key === true
        ? idempotencyRequest(headerText(key), { method, path, body: body_as_sent })
        : undefined
    // A caller who was answered that nothing was changed must not find that it was.
    if (exchange.is_given_up) throw processEnding()
    exchange.is_handled = true
    return handlers.get(name)!({
      caller: route.access === 'public' ? NOBODY : caller,
      params,
      query,
      body,
      client_id,
      condition,
      matchesIfNoneMatch: (etag) => noneMatchNames(if_none_match, etag),
      is_old_client,
      idempotency,
      signal,
      whenClosed: (release) => whenClosed(request, response, release),
      noteRecord: (record_id) => (record.record_id = record_id),
      noteClient: (told) => (record.client = told),
      noteSync: (facts) => (record.sync = facts),
    })
  }
}

type Cors = ReturnType<typeof createCors>
type Router = ReturnType<typeof createRouter<Routes>>
type RequestNamer = ReturnType<typeof createRequestNamer>
type Handler = (call: HandlerCall) => Promise<Answer>
type HandlerCall = Omit<Call, 'caller' | 'query' | 'body'> & {
  caller: Caller | undefined
  query: unknown
  body: unknown
}

/** The handlers without their routes' types: the input reader of a route gives its handler what that type says. */
function handlersByName(handlers: object): ReadonlyMap<string, Handler> {
  const entries: [string, unknown][] = Object.entries(handlers)
  return new Map(entries as [string, Handler][])
}

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
  /** Aborted when nobody waits for the handler any more. */
  over: AbortController
  /** Its handler was called. */
  is_handled: boolean
  /** It was answered before its handler was done, because the process ends. */
  is_given_up: boolean
}

const CLIENT_GONE = new Error('the client has disconnected')

/** What a handler of a public route finds as its caller; it has no use for one. */
const NOBODY: Caller = Object.freeze({ user_id: '', own_names: [], email: undefined })

/** A path whose parameters are ids of records; that of a user goes by its name only. */
function loggedPath({ template, params }: { template: string; params: Readonly<Record<string, string>> }): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => (name === 'user_id' ? whole : (params[name] ?? whole)))
}

/** A path that no route has may still have a user's id where one belongs. */
const withoutUser = (raw_path: string) => raw_path.replace(/\/users\/[^/]+/, '/users/{user_id}')

const headerText = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value)

function isRead(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD'
}

function tookTooLong(method: string | undefined): Problem {
  return new Problem('unavailable', 'The request took too long', {
    retry_after_ms: 1_000,
    members: isRead(method) ? {} : { outcome: 'unknown' },
  })
}
