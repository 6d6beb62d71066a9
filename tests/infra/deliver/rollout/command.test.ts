import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { assetsBucketOf, dataBucketOf, serviceOf, SMOKE_AUDIENCE } from '#infra/deliver/rollout/names.ts'
import { FUNCTION_FACTORIES } from '#infra/local/functions.ts'
import { startLocalRuntime, type LocalRuntime } from '#infra/local/runtime.ts'
import { FUNCTION_NAMES, type FunctionName } from '#shared/contract/functions.ts'
import type { FunctionFactory } from '#shared/http/server/function-app.ts'
import { listen } from '#shared/http/server/serve.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'
import { longTest } from '#tests/support/effort.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'
import { ENVIRONMENT, IMAGE, LOCK_URL, SERVICES } from './simulated.ts'
import { addService, type Cloud, emptyCloud, trafficOf } from './stand-in/cloud.ts'
import { ACCESS_TOKEN, type IamCredentials, startIamCredentials } from './stand-in/iam-credentials.ts'
import { startGcloud, type GcloudProgram } from './stand-in/program.ts'

/** `npm run deploy` as a process: its gcloud is the stand-in, its candidates are the functions of the local runtime. */

const MONITORING_PATH = `/v3/projects/${ENVIRONMENT.project}/timeSeries`

let runtime: LocalRuntime
let data_dir: string
let app_dir: string
let monitoring: Server
let monitoring_url: string
let iam: IamCredentials
/** Whether the account that delivers may request identity tokens of the smoke user. */
let may_smoke: boolean
const monitored: URLSearchParams[] = []

async function writeApp(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'deploy-app-'))
  await mkdir(join(dir, 'assets'))
  await writeFile(join(dir, 'index.html'), '<!doctype html><script type="module" src="/assets/index-1.js"></script>')
  await writeFile(join(dir, 'assets/index-1.js'), '1')
  return dir
}

/** What Cloud Monitoring shows of a revision on which nothing fails. */
function seriesOf(filter: string): object[] {
  if (filter.includes('sync_failures')) return []
  if (filter.includes('sync_requests')) return [{ points: [{ value: { int64Value: '12' } }] }]
  if (!filter.includes('request_count')) return [{ points: [{ value: { doubleValue: 81.5 } }] }]
  return [{ metric: { labels: { response_code_class: '2xx' } }, points: [{ value: { int64Value: '12' } }] }]
}

beforeAll(async () => {
  data_dir = await mkdtemp(join(tmpdir(), 'deploy-'))
  app_dir = await writeApp()
  const factories = Object.fromEntries(FUNCTION_NAMES.map((name) => [name, asCandidate(name)]))
  await shareIssuerKey(data_dir)
  runtime = await startLocalRuntime({
    data_dir,
    port: 0,
    split: true,
    environment: { APP_DIR: app_dir },
    factories: factories as Record<FunctionName, FunctionFactory>,
    log: { write: () => undefined, flush: async () => undefined },
    fsync: false,
  })
  monitoring = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname !== MONITORING_PATH || request.headers.authorization !== `Bearer ${ACCESS_TOKEN}`) {
      response.writeHead(403).end()
      return
    }
    monitored.push(searchParams)
    response.end(JSON.stringify({ timeSeries: seriesOf(searchParams.get('filter') ?? '') }))
  })
  iam = await startIamCredentials(async (account, audience) => {
    tokens_for.push({ account, audience })
    return may_smoke ? tokenOf('smoke') : undefined
  })
  monitoring_url = `http://127.0.0.1:${(await listen(monitoring, 0, '127.0.0.1')).port}`
})
afterAll(async () => {
  monitoring.close()
  iam.close()
  await runtime.end()
  await rm(data_dir, { recursive: true, force: true })
  await rm(app_dir, { recursive: true, force: true })
})

/** The function says in its health answer which revision it is: its service's second one, which the stand-in makes. */
function asCandidate(name: FunctionName): FunctionFactory {
  return (environment, overrides) =>
    FUNCTION_FACTORIES[name]({ ...environment, K_REVISION: `${serviceOf(name)}-00002` }, overrides)
}

/** For whom tokens were made. */
const tokens_for: { account: string; audience: string }[] = []
let cloud: Cloud
let gcloud: GcloudProgram
const children = new Set<ChildProcess>()
/** Signals a child as soon as gcloud is called with this. */
let interruption: { at: string; signal: NodeJS.Signals; child: ChildProcess } | undefined

async function aCloud(): Promise<void> {
  may_smoke = true
  cloud = emptyCloud()
  for (const name of FUNCTION_NAMES) {
    addService(cloud, serviceOf(name))
    cloud.urls[serviceOf(name)] = runtime.function_urls[name]
  }
  const [repository = '', version = ''] = IMAGE.split('@')
  cloud.images.push({ package: repository, version, tags: ['build-1'] })
  cloud.folders[dataBucketOf(ENVIRONMENT)] = runtime.objects_dir
  gcloud = await startGcloud({
    cloud,
    beforeCall(args) {
      if (interruption === undefined || !args.join(' ').includes(interruption.at)) return
      interruption.child.kill(interruption.signal)
      interruption = undefined
    },
  })
}

afterEach(async () => {
  interruption = undefined
  for (const child of children) child.kill('SIGKILL')
  children.clear()
  await gcloud.close()
})

async function tokenOf(user_id: string): Promise<string> {
  const response = await fetch(`${runtime.url}/local/token`, { method: 'POST', body: JSON.stringify({ user_id }) })
  return ((await response.json()) as { id_token: string }).id_token
}

const TARGET = ['--env=staging', '--project=my-project', '--region=europe-west1']
const BUILD = [...TARGET, `--image=${IMAGE.split('@')[0]}:build-1`, '--gate-minutes=0', '--build=build-1']

/** Runs the command to its end. @param interrupt which call of gcloud brings it a signal */
async function deploy(parameters: readonly string[], interrupt?: { at: string; signal: NodeJS.Signals }) {
  const env = { ...process.env, ...gcloud.environment, ...iam.environment, MONITORING_API_ENDPOINT: monitoring_url }
  const app = parameters.some((parameter) => parameter.startsWith('--app')) ? [] : [`--app=${app_dir}`]
  const child = spawn(process.execPath, ['infra/deliver/rollout/main.ts', ...app, ...parameters], {
    cwd: PROJECT_ROOT,
    env,
  })
  children.add(child)
  if (interrupt !== undefined) interruption = { ...interrupt, child }
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const [exit_code] = (await once(child, 'close')) as [number | null]
  return { exit_code, output, last_line: output.trimEnd().split('\n').at(-1) }
}

const serving = (revision: string) => SERVICES.map((service) => ({ [`${service}-${revision}`]: 100 }))
const traffic = () => SERVICES.map((service) => trafficOf(cloud, service))

describe('npm run deploy', { timeout: 120_000 }, () => {
  test('smoke tests the candidates over real HTTP, brings them to all traffic, and removes what it made', async () => {
    await aCloud()
    const { exit_code, output, last_line } = await deploy(BUILD)
    expect(last_line).toBe(`Rolled out: ${SERVICES.map((service) => `${service}-00002`).join(', ')}`)
    expect(exit_code).toBe(0)
    expect(output).toContain(`Rolling out ${IMAGE} to staging`)
    expect(traffic()).toEqual(serving('00002'))
    expect(cloud.objects[LOCK_URL]).toBeUndefined()

    const headers = { authorization: `Bearer ${await tokenOf('smoke')}` }
    for (const name of ['audiences', 'platforms'] as const) {
      const all = new URL(`/api/${name}?status=all`, runtime.function_urls[name])
      expect(await (await fetch(all, { headers })).json()).toMatchObject({ success: true, count: 0 })
    }
    const asked_for = cloud.calls
      .filter(([, noun, verb, url]) => noun === 'objects' && verb === 'describe' && url !== LOCK_URL)
      .map(([, , , url]) => url)
    const asset = `gs://${assetsBucketOf(ENVIRONMENT)}/assets/index-1.js`
    expect(asked_for).toContain(asset)
    const looked_for = asked_for.filter((url) => url !== asset)
    expect(looked_for.length).toBeGreaterThan(0)
    const month =
      /^gs:\/\/my-project-activation-staging\/audiences\/user_id=smoke\/year=\d{4}\/month=\d\d\/audiences_\d{6}\.parquet$/
    for (const url of looked_for) expect(url).toMatch(month)

    const smoke = { account: 'am-smoke@my-project.iam.gserviceaccount.com', audience: SMOKE_AUDIENCE }
    expect(tokens_for).toEqual([smoke])
    const asked = monitored.map((query) => query.get('filter'))
    for (const service of SERVICES) expect(asked.join('\n')).toContain(`revision_name = "${service}-00002"`)
  })

  longTest('killed with half of the traffic moved is put right by the next one before that tries its own', async () => {
    await aCloud()
    const { exit_code } = await deploy(BUILD, {
      at: `${SERVICES[1]} --to-revisions=${SERVICES[1]}-00002=50`,
      signal: 'SIGKILL',
    })
    expect(exit_code).toBeNull()
    expect(traffic()[0]).toEqual({ [`${SERVICES[0]}-00001`]: 50, [`${SERVICES[0]}-00002`]: 50 })
    // A lease that has run out meanwhile.
    const lock = cloud.objects[LOCK_URL]!
    lock.body = lock.body.replace(/"lease_until": ".*"/, '"lease_until": "2025-01-01T00:00:00.000Z"')
    // A candidate that does not answer: what is seen then is what was put back.
    cloud.urls[SERVICES[3]!] = 'http://127.0.0.1:9'
    const next = await deploy(BUILD)
    expect(next.output).toContain('An earlier rollout did not finish')
    expect(next.last_line).toMatch(
      /^Rolled back: every function serves its previous revision. Reason: .*insights, health: /,
    )
    expect(next.exit_code).toBe(1)
    expect(traffic()).toEqual(serving('00001'))
  })

  longTest('on SIGTERM puts traffic back and lets the next one in', async () => {
    await aCloud()
    const { exit_code, last_line } = await deploy(BUILD, { at: '00002=50', signal: 'SIGTERM' })
    expect(last_line).toBe('Rolled back: every function serves its previous revision. Reason: Cancelled by SIGTERM')
    expect(exit_code).toBe(1)
    expect(traffic()).toEqual(serving('00001'))
    expect(cloud.objects[LOCK_URL]).toBeUndefined()
  })

  test('without the right to be the smoke user says who has it, and touches nothing', async () => {
    await aCloud()
    may_smoke = false
    const { exit_code, output } = await deploy(BUILD)
    expect(exit_code).toBe(1)
    expect(output).toMatch(/^Nothing was changed:\n- this account may not request identity tokens of the smoke user/)
    expect(output).toContain('export CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT=am-delivery@my-project')
    expect(output).toContain("Permission 'iam.serviceAccounts.getOpenIdToken' denied")
    expect(cloud.calls.map((args) => args.slice(0, 2).join(' '))).toEqual(['auth print-access-token'])
  })

  test.each([
    [['--env=production', '--project=p', '--region=r'], 2, '--env cannot be production. Did you mean prod?'],
    [['--env=prod', '--region=r'], 2, '--project is required'],
    [['--env=prod', '--project=My Project', '--region=r'], 2, '--project is not a name: My Project'],
    [[...TARGET, '--gate-minutes=31'], 2, '--gate-minutes must be a number from 0 to 30, not 31.'],
    [[...TARGET, '--gate-minute=1'], 2, 'Unknown option --gate-minute. Did you mean --gate-minutes?'],
    [[...TARGET, `--image=${IMAGE}`, '--app=/nowhere'], 1, 'There is no built app in /nowhere.'],
    [
      [...TARGET, '--image=europe-west1-docker.pkg.dev/my-project/activation-manager/persistence:nope'],
      1,
      'The image ',
    ],
  ])('refuses %j in words, and touches nothing', async (parameters, code, words) => {
    await aCloud()
    const { exit_code, output } = await deploy(parameters)
    expect(exit_code).toBe(code)
    expect(output).toContain(words)
    expect(output).not.toContain('at async')
    expect(cloud.objects).toEqual({})
  })
})
