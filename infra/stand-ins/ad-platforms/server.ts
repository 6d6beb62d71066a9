/**
 * A local stand-in for every ad platform, each below its own prefix (`/meta/me/adaccounts`). The secret of a request and
 * the account choose the answer (behaviours.ts): a person at the local runtime can see each outcome of a test.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

import { type Clock, systemClock } from '#shared/base/clock.ts'
import { AD_PLATFORMS, type AdPlatformType } from '#shared/ad-platforms/ad-platforms.ts'
import { type Answer, send } from '../kit/answers.ts'
import { readBody } from '../kit/body.ts'
import { failureMessage } from '../kit/refusal.ts'
import { startServer } from '../kit/server.ts'
import { type Behaviour, Faults } from './behaviours.ts'
import { type Exchange, NOT_FOUND, type PlatformStandIn, type Reply } from './exchange.ts'
import { amazonDsp } from './platforms/amazon-dsp.ts'
import { googleAds } from './platforms/google-ads.ts'
import { linkedin } from './platforms/linkedin.ts'
import { liveramp } from './platforms/liveramp.ts'
import { meta } from './platforms/meta.ts'
import { theTradeDesk } from './platforms/the-trade-desk.ts'
import { tiktok } from './platforms/tiktok.ts'
import { recorded, type RecordedRequest } from './recorded-request.ts'

export interface AdPlatformsOptions {
  /** Default 0: any free port. */
  port?: number
  /** For `slow`. */
  clock?: Clock
}

export interface AdPlatformsStandIn {
  /** `http://127.0.0.1:PORT` */
  url: string
  /** The settings that point every adapter here. */
  environment: Readonly<Record<string, string>>
  faults: Faults
  /** The last 1000 in the order of their arrival, without secrets. */
  requests: readonly RecordedRequest[]
  /** Gives up the requests under way. */
  close(): Promise<void>
}

const SLOW_MS = 30_000
const REQUESTS_MAX = 1000
const BODY_BYTES_MAX = 64 * 1024
const HUGE_BYTES = 4 * 1024 * 1024

const PLATFORMS: Readonly<Record<AdPlatformType, PlatformStandIn>> = {
  the_trade_desk: theTradeDesk,
  meta,
  google_ads: googleAds,
  linkedin,
  tiktok,
  amazon_dsp: amazonDsp,
  liveramp,
}

/** @throws when the port is taken */
export async function startAdPlatforms(options: AdPlatformsOptions = {}): Promise<AdPlatformsStandIn> {
  const { port = 0, clock = systemClock } = options
  const closing = new AbortController()
  const service: Service = { clock, faults: new Faults(), requests: [], closing: closing.signal }
  const server = await startServer({
    port,
    handle: (request, response) => handle(service, request, response),
    failed,
    finish: () => closing.abort(),
  })
  const { url, close } = server
  return { url, environment: environmentOf(url), faults: service.faults, requests: service.requests, close }
}

/** Said at the terminal too: an adapter takes the answer for that of a platform that is unavailable. */
function failed(error: unknown): Answer {
  process.stderr.write(`ad platforms: ${failureMessage(error)}\n`)
  return answerOf({ status: 500, body: { message: failureMessage(error) } })
}

function environmentOf(url: string): Record<string, string> {
  const types = Object.keys(AD_PLATFORMS).map((type) => [`AD_PLATFORM_${type.toUpperCase()}_URL`, `${url}/${type}`])
  return {
    ...(Object.fromEntries(types) as Record<string, string>),
    AD_PLATFORM_GOOGLE_ADS_TOKEN_URL: `${url}/google_ads`,
    AD_PLATFORM_AMAZON_DSP_TOKEN_URL: `${url}/amazon_dsp`,
  }
}

interface Service {
  clock: Clock
  faults: Faults
  requests: RecordedRequest[]
  closing: AbortSignal
}

async function handle(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = new URL(request.url ?? '/', 'http://stand-in')
  const [, prefix = '', path = ''] = /^\/([^/]*)(.*)$/.exec(target.pathname) ?? []
  const body = await readBody(request, BODY_BYTES_MAX)
  if (!isAdPlatformType(prefix) || body === undefined) return send(response, answerOf(NOT_FOUND))
  const exchange: Exchange = {
    method: request.method ?? 'GET',
    path,
    target: `${target.pathname}${target.search}`,
    query: Object.fromEntries(target.searchParams),
    headers: request.headers,
    body,
  }
  service.requests.push(recorded(prefix, exchange))
  if (service.requests.length > REQUESTS_MAX) service.requests.shift()
  await behave(service, prefix, exchange, response)
}

async function behave(
  { clock, faults, closing }: Service,
  type: AdPlatformType,
  exchange: Exchange,
  response: ServerResponse,
): Promise<void> {
  const platform = PLATFORMS[type]
  const behaviour = faults.strike(type, exchange.path) ?? platform.behaviour(exchange)
  if (behaviour === 'down') return void response.destroy()
  if (behaviour === 'slow') {
    await clock.sleep(SLOW_MS, AbortSignal.any([closing, goneAway(response)]))
    if (response.destroyed || closing.aborted) return
  }
  await send(response, answerOf(await replyOf(platform, type, behaviour, exchange)))
}

function replyOf(
  platform: PlatformStandIn,
  type: AdPlatformType,
  behaviour: Exclude<Behaviour, 'down'> | undefined,
  exchange: Exchange,
): Reply | Promise<Reply> {
  switch (behaviour) {
    case 'bad-token':
      return platform.badToken(exchange)
    case 'rate-limited':
      return platform.rateLimited(exchange)
    case 'unavailable':
      return { status: 503, body: 'no server is available' }
    case 'redirect':
      return { status: 302, body: '', headers: { Location: `/${type}/elsewhere` } }
    case 'huge':
      return platform.huge?.(exchange) ?? { status: 200, body: { padding: 'x'.repeat(HUGE_BYTES) } }
    case 'garbage':
      return { status: 200, body: '<!doctype html><title>Please sign in</title>' }
    case 'good':
    case 'slow':
    case undefined:
      return platform.answer(exchange)
  }
}

function goneAway(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}

function answerOf({ status, body, headers = {} }: Reply): Answer {
  const is_text = typeof body === 'string'
  const type = is_text ? 'application/xml' : 'application/json'
  return { status, headers: { 'Content-Type': type, ...headers }, body: is_text ? body : JSON.stringify(body) }
}

function isAdPlatformType(text: string): text is AdPlatformType {
  return Object.hasOwn(AD_PLATFORMS, text)
}
