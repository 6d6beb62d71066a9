import { newId } from '#shared/base/ids.ts'
import { isObject } from '#shared/base/is-object.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { expectStatus, type SmokeContext } from './smoke-context.ts'

/** Of the smoke user's records there are few; more pages than this are a pull without an end. */
const PAGES_MAX = 50
/** Other smoke tests write the same user's records meanwhile, so a change may be deferred. */
const PUSHES_MAX = 4
const PULL_PATH = '/api/sync/pull'

/**
 * Syncs as a device of the smoke user: pulls everything, pulls again, pushes a record, pulls it back, and pushes its
 * deletion.
 */
export async function smokeSync(context: SmokeContext): Promise<void> {
  const { step, cleanUp, call, clock, random } = context
  const { client_id } = context.device
  let cursor: unknown = null
  /** The rows of all pages since the last pull. */
  const pull = async (): Promise<readonly Row[]> => {
    const rows: Row[] = []
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const page = expectStatus(await call('POST', PULL_PATH, { client_id, cursor }), 200)
      cursor = page['cursor']
      rows.push(...listOf(page['partitions']).flatMap(({ rows: more }) => listOf(more)))
      if (page['more'] === false) return rows
    }
    throw new Error(`the pull has more than ${PAGES_MAX} pages`)
  }
  await step('refuse a device without a token', async () => {
    expectStatus(await call('POST', PULL_PATH, { client_id, cursor }, { anonymous: true }), 401)
  })
  await step('pull', async () => void (await pull()))
  await step('pull again', async () => void (await pull()))

  const id = newId(AUDIENCES.id_prefix, clock.nowMs(), random)
  let sent: { id: string; base_version: number } | undefined
  await step('push', async () => {
    sent = { id, base_version: 1 }
    const value = { name: 'Smoke test', description: 'Created and removed by a rollout', data_type: 'first_party' }
    sent.base_version = await push(context, { op: 'create', id, value })
  })
  await step('pull it back', async () => {
    const rows = await pull()
    if (!rows.some((row) => row[AUDIENCES.id_column] === id)) throw new Error(`the pull does not bring ${id}`)
  })
  if (sent === undefined) return
  const deletion = { op: 'delete', ...sent }
  await cleanUp('push its deletion', async () => void (await push(context, deletion)))
}

/**
 * Pushes one change of an audience until it has a final answer.
 * @returns the version that it made
 * @throws Error when it is not applied
 */
async function push({ device, call, clock }: SmokeContext, change: Row): Promise<number> {
  const seq = ++device.seq
  // Devices of other rollouts use the same numbers; a change is recognised by its id, whoever pushes it.
  const mutation = { seq, mutation_id: `${device.client_id}/${seq}`, kind: 'audience', ...change }
  for (let pushes = 1; ; pushes++) {
    const { client_id, acked } = device
    const body = { client_id, acked, mutations: [mutation] }
    const { results } = expectStatus(await call('POST', '/api/sync/push', body), 200)
    const [result = {}] = listOf(results)
    const { status, version, retry_after_ms } = result
    if (status !== 'retry') device.acked = seq
    // A change that was deferred may have been stored all the same.
    if (status === 'applied' || (pushes > 1 && status === 'duplicate')) return Number(version)
    if (status !== 'retry' || pushes === PUSHES_MAX) throw new Error(`the change is ${described(result)}`)
    await clock.sleep(Number(retry_after_ms))
  }
}

type Row = Readonly<Record<string, unknown>>

function listOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function described({ status, problem }: Row): string {
  const detail = isObject(problem) ? problem['detail'] : undefined
  return `${String(status)}, not applied${typeof detail === 'string' ? `: ${detail}` : ''}`
}
