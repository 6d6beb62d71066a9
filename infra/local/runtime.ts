import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join, relative, resolve } from 'node:path'

import { systemClock } from '#shared/base/clock.ts'
import { CALLED_FUNCTIONS } from '#shared/contract/app-config.ts'
import { DEFAULT_FUNCTION, FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '#shared/contract/functions.ts'
import { createDrain, createEnding, type Drain } from '#shared/http/server/drain.ts'
import type { Environment } from '#shared/settings/settings.ts'
import type { FunctionFactory } from '#shared/http/server/function-app.ts'
import { configureServer, createFunctionListener } from '#shared/http/server/function-server.ts'
import type { Log } from '#shared/logging/log.ts'
import { listen } from '#shared/http/server/serve.ts'
import { APP_DIR } from '../app-sources.ts'
import { failedApp, withAppServer } from './app-server.ts'
import { createGateway, type Mounts } from './gateway.ts'
import { type AdPlatformsStandIn, startAdPlatforms } from '../stand-ins/ad-platforms/server.ts'
import type { Access } from '../stand-ins/kit/access.ts'
import { startGcs } from '../stand-ins/gcs/server.ts'
import {
  type GoogleSignIn,
  GOOGLE_ISSUER,
  LOCAL_CLIENT_ID,
  startGoogleSignIn,
} from '../stand-ins/google-sign-in/server.ts'
import { createLocalIssuer, ISSUER_PATH, JWKS_PATH, TOKEN_PATH } from '../stand-ins/issuer/issuer.ts'
import { type Kms, startKms } from '../stand-ins/kms/server.ts'
import { keepAssets, LOCAL_ASSETS_BUCKET } from './kept-assets.ts'
import { startSchedule } from './schedule.ts'
import { LOCAL_USER_HASH_SALT } from './user-hash-salt.ts'

const LOCAL_BUCKET = 'activation-local'

const LOCAL_AUDIENCE = 'activation-local'
/** Not the address it listens at: tokens then hold on any port. Its keys are found by `jwks_url`. */
const LOCAL_ISSUER = `http://localhost${ISSUER_PATH}`
const LOCAL_OPERATOR = 'operator@example.com'
const HOST = '127.0.0.1'
/** Where Vite serves the app during its development. */
const APP_DEVELOPMENT_ORIGIN = 'http://localhost:5173'

export interface LocalRuntimeOptions {
  data_dir: string
  /** 0: any free port. With `split` the functions follow on the next ones. */
  port: number
  /** Each function at its own origin, as in the cloud without a load balancer. */
  split?: boolean
  factories: Readonly<Record<FunctionName, FunctionFactory>>
  log: Log
  /** Further settings for the functions, such as LOG_LEVEL. */
  environment?: Environment
  fsync?: boolean
  /** Users sign in with a stand-in for Google's script, at an origin of its own, instead of the demo account. */
  google?: boolean
  /** By default every function may do everything with objects and keys. */
  access?: AccountAccess
  /** Answers the paths of the app instead of the web function. */
  app_server?: RequestListener | undefined
}

export interface LocalRuntime {
  /** The gateway, or with `split` the issuer and index. */
  url: string
  /** Where each function answers its paths. */
  function_urls: Readonly<Record<FunctionName, string>>
  storage_url: string
  kms_url: string
  /** The addresses of storage and keys at which every request comes from `identity`. */
  doorsFor(identity: string): Promise<StandInDoors>
  ad_platforms_url: string
  /** The folder of the objects, as plain files. */
  objects_dir: string
  /** Serves the build that now lies in the app's folder, and still the assets of those before it. */
  renewApp(): Promise<void>
  /** Says instead of the app that it could not be built, so that no page waits for it any longer. */
  failApp(): void
  /** Ends everything gracefully; resolves with the number of requests that were cut off. */
  end(duration_ms_max?: number): Promise<number>
}

/** The rights of accounts, and the account of each function. */
export interface AccountAccess {
  readonly rights: Access
  readonly accountOf: (name: FunctionName) => string
}

/** For the settings of the same names. */
export interface StandInDoors {
  readonly STORAGE_API_ENDPOINT: string
  readonly KMS_API_ENDPOINT: string
}

/**
 * Every function of the contract in one process, with the clients they use in the cloud pointed at stand-ins that keep
 * what they store below `data_dir`.
 * @throws when another process uses the folder, the port is taken, or a setting is bad
 */
export async function startLocalRuntime(options: LocalRuntimeOptions): Promise<LocalRuntime> {
  const { port, split = false, factories, log, fsync = true, access } = options
  const data_dir = resolve(options.data_dir)
  const gcs = await startGcs({ data_dir, buckets: [LOCAL_BUCKET, LOCAL_ASSETS_BUCKET], fsync, access: access?.rights })
  let kms: Kms | undefined
  let ad_platforms: AdPlatformsStandIn | undefined
  let google: GoogleSignIn | undefined
  const ending = createEnding()
  const servers: { server: Server; drain: Drain }[] = []
  const serve = async (server: Server, at_port: number): Promise<string> => {
    configureServer(server)
    servers.push({ server, drain: createDrain(server, systemClock, ending) })
    const address = await listen(server, at_port, HOST)
    return `http://localhost:${address.port}`
  }
  let stopSchedule = async () => {}
  const end = async (duration_ms_max?: number) => {
    await stopSchedule()
    const cut_off = await Promise.all(servers.map(({ drain }) => drain.start(duration_ms_max)))
    await Promise.all([gcs.close(), kms?.close(), ad_platforms?.close(), google?.close()])
    return cut_off.reduce((sum, count) => sum + count, 0)
  }

  try {
    const keys = await startKms({ data_dir, access: access?.rights })
    kms = keys
    ad_platforms = await startAdPlatforms()
    const stand_ins = {
      GCS_BUCKET: LOCAL_BUCKET,
      ASSETS_BUCKET: LOCAL_ASSETS_BUCKET,
      KMS_KEY: keys.key_name,
      ...ad_platforms.environment,
    }
    const doorsFor = async (identity: string): Promise<StandInDoors> => ({
      STORAGE_API_ENDPOINT: await gcs.doorFor(identity),
      KMS_API_ENDPOINT: await keys.doorFor(identity),
    })
    const everything = { STORAGE_API_ENDPOINT: gcs.url, KMS_API_ENDPOINT: keys.url }
    const doors = new Map<FunctionName, StandInDoors>()
    for (const name of FUNCTION_NAMES) {
      doors.set(name, access === undefined ? everything : await doorsFor(access.accountOf(name)))
    }
    const issuer = await createLocalIssuer({ data_dir, issuer: LOCAL_ISSUER, audience: LOCAL_AUDIENCE })
    if (options.google) google = await startGoogleSignIn({ sign: (claims) => issuer.sign(claims) })
    const function_urls = {} as Record<FunctionName, string>
    const openapi = await readFile(new URL('../../shared/contract/openapi.json', import.meta.url), 'utf8')
    const deferred = FUNCTION_NAMES.map((name) => {
      const { listener, set } = deferredListener()
      const has_app_server = name === DEFAULT_FUNCTION && options.app_server !== undefined
      return { name, set, listener: has_app_server ? withAppServer(listener, options.app_server!) : listener }
    })
    const mounts: Mounts = {
      functions: split ? {} : Object.fromEntries(deferred.map(({ name, listener }) => [name, listener])),
      issuer: issuer.listener,
      index: () => indexOf(url, function_urls),
      openapi,
    }
    const url = await serve(createServer(createGateway(mounts)), port)

    for (const [index, { name, listener }] of deferred.entries()) {
      const own_port = port === 0 ? 0 : port + 1 + index
      function_urls[name] = split ? await serve(createServer(listener), own_port) : url
    }
    const compose = (name: FunctionName) => {
      const environment = functionEnvironment({
        url,
        name,
        function_urls,
        google,
        stand_ins: { ...stand_ins, ...doors.get(name) },
        given: options.environment,
      })
      return createFunctionListener(factories[name](environment, { log, ending: ending.signal }))
    }
    for (const { name, set } of deferred) set(compose(name))
    const renewApp = async () => {
      await keepAssets(options.environment?.['APP_DIR'] ?? APP_DIR, gcs.url)
      deferred.find(({ name }) => name === DEFAULT_FUNCTION)?.set(compose(DEFAULT_FUNCTION))
    }
    const failApp = () => {
      const site = deferred.find(({ name }) => name === DEFAULT_FUNCTION)
      site?.set(withAppServer(compose(DEFAULT_FUNCTION), failedApp))
    }
    const maintenance_url = function_urls.maintenance
    const operator = { sub: 'scheduler', email: LOCAL_OPERATOR, email_verified: true, aud: maintenance_url }
    stopSchedule = startSchedule({ maintenance_url, token: () => issuer.sign(operator), clock: systemClock, log })
    return {
      url,
      function_urls,
      storage_url: gcs.url,
      kms_url: keys.url,
      doorsFor,
      ad_platforms_url: ad_platforms.url,
      objects_dir: join(data_dir, 'buckets', LOCAL_BUCKET),
      renewApp,
      failApp,
      end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** A function's URL is one of its settings, so its server listens before the function is composed. */
function deferredListener(): { listener: RequestListener; set: (listener: RequestListener) => void } {
  let composed: RequestListener | undefined
  return {
    listener: (request, response) => {
      if (composed === undefined) response.writeHead(503, { 'Retry-After': '1' }).end()
      else composed(request, response)
    },
    set: (listener) => (composed = listener),
  }
}

interface Addresses {
  url: string
  name: FunctionName
  function_urls: Readonly<Record<FunctionName, string>>
  stand_ins: Environment
  google: GoogleSignIn | undefined
  given: Environment | undefined
}

/** The same settings as in the cloud. `given` may set any but those that make this runtime local. */
function functionEnvironment({ url, name, function_urls, stand_ins, google, given }: Addresses): Environment {
  const jwks_url = `${url}${JWKS_PATH}`
  const issuers = [
    { issuer: LOCAL_ISSUER, audiences: [LOCAL_AUDIENCE], jwks_url },
    ...(google ? [{ issuer: GOOGLE_ISSUER, alias: 'google', audiences: [LOCAL_CLIENT_ID], jwks_url }] : []),
  ]
  const app_url = function_urls[DEFAULT_FUNCTION]
  const origins = [...new Set([url, app_url])].flatMap((origin) => [origin, origin.replace('localhost', HOST)])
  return {
    USER_HASH_SALT: LOCAL_USER_HASH_SALT,
    OPERATOR_ACCOUNTS: LOCAL_OPERATOR,
    ALLOWED_ORIGINS: [...origins, APP_DEVELOPMENT_ORIGIN].join(','),
    APP_DIR,
    ...(app_url !== url && { API_ORIGINS: JSON.stringify(calledUrls(function_urls)) }),
    ...given,
    OIDC_ISSUERS: JSON.stringify(issuers),
    DEMO_TOKEN_URL: `${url}${TOKEN_PATH}`,
    ...(google && { GOOGLE_CLIENT_ID: LOCAL_CLIENT_ID, GOOGLE_SCRIPT_URL: google.script_url }),
    ...stand_ins,
    FUNCTION_URL: function_urls[name],
  }
}

function calledUrls(function_urls: Readonly<Record<FunctionName, string>>): Record<string, string> {
  return Object.fromEntries(CALLED_FUNCTIONS.map((name) => [name, function_urls[name]]))
}

function indexOf(url: string, function_urls: Readonly<Record<FunctionName, string>>) {
  const functions = FUNCTION_NAMES.map((name) => [name, `${function_urls[name]}${FUNCTIONS[name].path_prefixes[0]}`])
  return {
    name: 'Activation Manager, local runtime',
    functions: Object.fromEntries(functions) as Record<string, string>,
    token: `POST ${url}${TOKEN_PATH} {"user_id": "demo_user"}`,
    openapi: `${url}/openapi.json`,
    docs: `${url}/docs`,
  }
}

/** The addresses and folders of the runtime, and a first save to paste into a shell. */
export function describeRuntime(runtime: LocalRuntime, data_dir: string): string {
  const { url, function_urls, storage_url, kms_url, ad_platforms_url, objects_dir } = runtime
  const functions = FUNCTION_NAMES.map(
    (name) => [name, `${function_urls[name]}${FUNCTIONS[name].path_prefixes[0]}`] as const,
  )
  const rows = [
    ['app', `${function_urls[DEFAULT_FUNCTION]}/`],
    ...functions,
    ['tokens', `POST ${url}${TOKEN_PATH}`],
    ['contract', `${url}/docs, as data ${url}/openapi.json`],
    ['storage', `${storage_url} (stand-in for Cloud Storage, bucket ${LOCAL_BUCKET})`],
    ['keys', `${kms_url} (stand-in for Cloud KMS)`],
    [
      'ad platforms',
      `${ad_platforms_url} (stand-in for every ad platform; the secret chooses the answer: good-…, bad-token-…)`,
    ],
    ['objects', shortest(objects_dir)],
    ['logs', shortest(join(resolve(data_dir), 'logs', 'activation.jsonl'))],
  ]
  const first_save = [
    `TOKEN=$(curl -s ${url}${TOKEN_PATH} -d '{"user_id": "demo_user"}' | sed -n 's/.*"id_token": "\\(.*\\)".*/\\1/p')`,
    `curl -s ${function_urls.audiences}/api/audiences -H "Authorization: Bearer $TOKEN" \\`,
    `  -H 'Content-Type: application/json' -d '{"name": "Weekend hikers"}'`,
  ]
  return [
    'Activation Manager, local runtime',
    ...rows.map(([name = '', where]) => `  ${name.padEnd(13)} ${where}`),
    '',
    'Save a first audience:',
    ...first_save.map((line) => `  ${line}`),
    '',
    '',
  ].join('\n')
}

/** The path relative to the current folder, when it lies below it. */
function shortest(path: string): string {
  const from_here = relative('', path)
  return from_here.startsWith('..') ? path : from_here
}
