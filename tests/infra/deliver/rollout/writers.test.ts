import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { listen } from '#shared/http/server/serve.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'
import { SERVICES } from './simulated.ts'
import { addService, type Cloud, emptyCloud } from './stand-in/cloud.ts'
import { startGcloud, type GcloudProgram } from './stand-in/program.ts'

/** writers.sh as it is typed, on an environment whose writers all run. */

const TARGET = ['--env', 'prod', '--project', 'my-project', '--region', 'europe-west1']
const JOBS = ['maintenance-dispatch', 'maintenance-metrics']
const COPIES = '/v1/projects/my-project/locations/eu/transferConfigs'

let cloud: Cloud
let gcloud: GcloudProgram
let bigquery: Server
let bigquery_url: string
/** Scheduled queries of the project, by name; the last is somebody else's. */
let queries: Record<string, { displayName: string; disabled?: boolean }>
/** What changed, in its order. */
let changed: string[]

beforeEach(async () => {
  cloud = emptyCloud()
  for (const service of SERVICES) addService(cloud, service)
  cloud.jobs = { ...Object.fromEntries(JOBS.map((job) => [job, 'ENABLED' as const])), 'another-job': 'ENABLED' }
  changed = []
  gcloud = await startGcloud({
    cloud,
    beforeCall: ([noun, kind, verb, name]) => {
      if (verb !== 'list' && verb !== 'describe' && name !== undefined) changed.push(`${noun} ${kind} ${verb} ${name}`)
    },
  })
  queries = {
    [`${COPIES.slice(4)}/1`]: { displayName: 'activation: audiences_native' },
    [`${COPIES.slice(4)}/2`]: { displayName: 'monthly report' },
  }
  bigquery = createServer((request, response) => {
    const answered = async (): Promise<object> => {
      const { pathname } = new URL(request.url ?? '', 'http://localhost')
      if (pathname === '/bigquery/v2/projects/my-project/datasets/activation_manager') return { location: 'EU' }
      if (pathname === COPIES)
        return { transferConfigs: Object.entries(queries).map(([name, query]) => ({ name, ...query })) }
      const query = queries[pathname.slice(4)]
      if (query === undefined || request.method !== 'PATCH') throw new Error(`the stand-in does not know ${pathname}`)
      changed.push(`copy ${query.displayName}`)
      return Object.assign(query, await json(request))
    }
    answered().then(
      (body) => response.end(JSON.stringify(body)),
      () => response.writeHead(404).end(),
    )
  })
  bigquery_url = `http://127.0.0.1:${(await listen(bigquery, 0, '127.0.0.1')).port}`
})
afterEach(async () => {
  bigquery.close()
  await gcloud.close()
})

function writers(...parameters: string[]): Promise<{ exit_code: number; output: string }> {
  const endpoints = { BIGQUERY_API_ENDPOINT: bigquery_url, BIGQUERY_DATA_TRANSFER_API_ENDPOINT: bigquery_url }
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...gcloud.environment, ...endpoints }
    const script = join(PROJECT_ROOT, 'infra/deliver/scripts/writers.sh')
    execFile(script, parameters, { env }, (error, stdout, stderr) => {
      const exit_code = error === null ? 0 : error.code
      if (typeof exit_code === 'number') resolve({ exit_code, output: stdout + stderr })
      else reject(new Error('writers.sh did not run', { cause: error }))
    })
  })
}

test('stops the copies before the schedule and that before the functions, and nothing of others; start undoes it', async () => {
  const stopped = await writers('stop', ...TARGET)
  expect(stopped.output).not.toContain(' runs')
  expect(stopped.output).toContain('Requests under way end within five minutes.')
  expect(stopped.exit_code).toBe(0)
  const writing = SERVICES.filter((service) => service !== 'am-web')
  const copy = 'copy activation: audiences_native'
  expect(changed).toEqual([
    copy,
    ...JOBS.map((job) => `scheduler jobs pause ${job}`),
    ...writing.map((service) => `run services update ${service}`),
  ])
  expect(cloud.services['am-audiences']?.ingress).toBe('internal')

  changed = []
  const started = await writers('start', ...TARGET)
  expect(started.output).not.toContain(' stopped')
  expect(started.exit_code).toBe(0)
  expect(changed.at(-1)).toBe(copy)
  expect(cloud.jobs).toEqual({ ...Object.fromEntries(JOBS.map((job) => [job, 'ENABLED'])), 'another-job': 'ENABLED' })
  expect(Object.values(queries).map(({ disabled }) => disabled)).toEqual([false, undefined])
})

test('says what was not stopped, and stops everything else', async () => {
  bigquery.close()
  bigquery.closeAllConnections()
  const { exit_code, output } = await writers('stop', ...TARGET)
  expect(output).toContain('writers: NOT changed: the copies of BigQuery')
  expect(exit_code).toBe(1)
  expect(cloud.jobs['maintenance-dispatch']).toBe('PAUSED')
  expect(cloud.services['am-sync']?.ingress).toBe('internal')
})

test.each([
  [[], 'Say what to do: stop, start or show.'],
  [['stop', '--env', 'prod', '--project', 'p'], '--region is required.'],
  [['halt', ...TARGET], 'Unexpected argument halt.'],
  [['stop', '--all', ...TARGET], 'Unknown option --all.'],
])('refuses %j with its usage', async (parameters, message) => {
  const { exit_code, output } = await writers(...parameters)
  expect(output.split('\n')[0]).toBe(message)
  expect(exit_code).toBe(2)
  expect(cloud.calls).toEqual([])
})
