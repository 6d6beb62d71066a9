/**
 * A local stand-in for every ad platform, each below its own prefix (`/meta/me/adaccounts`). What it answers is chosen
 * by the secret of the request and by the account (behaviours.ts), so that whoever runs the local runtime can try what
 * their platform would say.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { type Clock, systemClock } from '#shared/base/clock.ts'
import { AD_PLATFORMS, type AdPlatformType } from '#shared/ad-platforms/ad-platforms.ts'
import { Faults } from './behaviours.ts'
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
  /** The last ones in the order they came, without secrets. */
  requests: readonly RecordedRequest[]
  /** Gives up what is being answered. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'
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
  const server = createServer((request, response) => {
    handle(service, request, response).catch((error: unknown) => {
      process.stderr.write(`the ad platforms stand-in failed: ${String(error)}\n`)
      response.destroy()
    })
  })
  const url = `http://${HOST}:${await listen(server, port)}`
  const { faults, requests } = service
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    closing.abort()
    server.closeAllConnections()
    await closed
  }
  return { url, environment: environmentOf(url), faults, requests, close }
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
  response.on('error', () => response.destroy())
  const target = new URL(request.url ?? '/', 'http://stand-in')
  const [, prefix = '', path = ''] = /^\/([^/]*)(.*)$/.exec(target.pathname) ?? []
  const body = await readBody(request)
  if (!isAdPlatformType(prefix) || body === undefined) return send(response, NOT_FOUND)
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
  const behaviour = faults.take(type, exchange.path) ?? platform.behaviour(exchange)
  switch (behaviour) {
    case 'bad-token':
      return send(response, platform.badToken(exchange))
    case 'rate-limited':
      return send(response, platform.rateLimited(exchange))
    case 'slow':
      await clock.sleep(SLOW_MS, AbortSignal.any([closing, goneAway(response)]))
      return response.destroyed || closing.aborted ? undefined : send(response, await platform.answer(exchange))
    case 'down':
      return void response.destroy()
    case 'unavailable':
      return send(response, { status: 503, body: 'no server is available' })
    case 'redirect':
      return send(response, { status: 302, body: '', headers: { Location: `/${type}/elsewhere` } })
    case 'huge':
      return send(response, platform.huge?.(exchange) ?? { status: 200, body: { padding: 'x'.repeat(HUGE_BYTES) } })
    case 'garbage':
      return send(response, { status: 200, body: '<!doctype html><title>Please sign in</title>' })
    case 'good':
    case undefined:
      return send(response, await platform.answer(exchange))
  }
}

function goneAway(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}

function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'application/xml' : 'application/json'
  response.writeHead(status, { 'Content-Type': type, ...headers }).end(text)
}

function isAdPlatformType(text: string): text is AdPlatformType {
  return Object.hasOwn(AD_PLATFORMS, text)
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let received_bytes = 0
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    received_bytes += chunk.length
    if (received_bytes > BODY_BYTES_MAX) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
