import { BigQuery } from '@google-cloud/bigquery'
import { createServer, type IncomingMessage } from 'node:http'
import { onTestFinished } from 'vitest'

import { listening } from '#tests/functions/audiences/harness.ts'

type Json = Readonly<Record<string, unknown>>

export interface Fault {
  readonly reason: string
  readonly message: string
  readonly location?: string
}

/** An answer of the API that is an error. */
export class Refusal extends Error {
  readonly code: number
  readonly reason: string

  constructor(code: number, reason: string, message: string) {
    super(message)
    this.code = code
    this.reason = reason
  }
}

/** A job that runs and fails: what it had against it, the first of them in the end. */
export class JobFaults extends Error {
  readonly faults: readonly Fault[]

  constructor(...faults: Fault[]) {
    super('the job failed')
    this.faults = faults
  }
}

interface World {
  readonly project: string
  /** Location by dataset. */
  readonly datasets: Readonly<Record<string, string>>
  /** Column names by `dataset.table`. */
  readonly tables: Readonly<Record<string, readonly string[]>>
  /** @throws Refusal when the job is not even begun */
  admit?(configuration: Json): void
  /** What a job does. @returns its statistics @throws JobFaults when it fails */
  execute(configuration: Json): Promise<Json>
}

/**
 * The part of BigQuery's REST API that a load uses: datasets.get, tables.get, tables.delete, jobs.insert, jobs.get. A job
 * runs when it is first asked for, and is done when it is asked for again.
 */
export async function standInTest(world: World) {
  const jobs = new Map<string, { readonly configuration: Json; done?: Json }>()
  const calls: string[] = []

  async function answer(method: string, path: string, body: Json): Promise<Json> {
    const [, folder, name, , table] = path.split('/')
    if (method === 'POST' && folder === 'jobs') {
      const { jobReference, configuration } = body as { jobReference: Json; configuration: Json }
      const kind = Object.keys(configuration).find((key) => key === 'load' || key === 'query')!
      calls.push(`${kind} job in ${String(jobReference['location'])}`)
      const id = String(jobReference['jobId'])
      world.admit?.(configuration)
      jobs.set(id, { configuration })
      return { id, jobReference, configuration, status: { state: 'PENDING' } }
    }
    if (folder === 'jobs') return stateOf(name!)
    if (table !== undefined) {
      const columns = world.tables[`${name}.${table}`]
      calls.push(`${method} ${name}.${table}`)
      if (method === 'DELETE') return {}
      if (columns === undefined) throw new Refusal(404, 'notFound', `Not found: Table ${name}.${table}`)
      return { id: table, schema: { fields: columns.map((column) => ({ name: column, type: 'STRING' })) } }
    }
    const location = world.datasets[name!]
    if (location === undefined) throw new Refusal(404, 'notFound', `Not found: Dataset ${name}`)
    return { id: name, location }
  }

  async function stateOf(id: string): Promise<Json> {
    const job = jobs.get(id)
    if (job === undefined) throw new Refusal(404, 'notFound', `Not found: Job ${id}`)
    if (job.done !== undefined) return { id, status: { state: 'DONE' }, ...job.done }
    job.done = await world.execute(job.configuration).then(
      (statistics) => ({ statistics }),
      (error: unknown) => {
        if (!(error instanceof JobFaults)) throw error
        return { status: { state: 'DONE', errorResult: error.faults[0], errors: error.faults } }
      },
    )
    return { id, status: { state: 'RUNNING' } }
  }

  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://x').pathname)
    const below = path.replace(`/bigquery/v2/projects/${world.project}`, '')
    bodyOf(request)
      .then((body) => answer(request.method!, below, body))
      .then(
        (result) => [200, result] as const,
        (error: unknown) => {
          const { code = 500, reason = 'internalError', message } = error as Partial<Refusal> & Error
          return [code, { error: { code, message, errors: [{ domain: 'global', reason, message }] } }] as const
        },
      )
      .then(([code, result]) => {
        response.writeHead(code, { 'content-type': 'application/json' })
        response.end(JSON.stringify(result))
      })
      .catch((error: unknown) => response.destroy(error as Error))
  })
  const url = await listening(server)
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { client: clientOf(world.project, url), calls }
}

/** Google's client as it is, signed in as nobody in particular. */
function clientOf(project_id: string, endpoint_url: string): BigQuery {
  const auth_client: unknown = {
    getRequestHeaders: () => Promise.resolve(new Headers({ authorization: 'Bearer token' })),
  }
  type AuthClient = NonNullable<NonNullable<ConstructorParameters<typeof BigQuery>[0]>['authClient']>
  const retryOptions = { autoRetry: false }
  return new BigQuery({
    projectId: project_id,
    apiEndpoint: endpoint_url,
    authClient: auth_client as AuthClient,
    retryOptions,
  })
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk as Uint8Array)
  const text = Buffer.concat(chunks).toString('utf8')
  return (text === '' ? {} : JSON.parse(text)) as Json
}
