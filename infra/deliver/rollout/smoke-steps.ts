import type { FunctionName } from '#shared/contract/functions.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { monthOfId, objectName } from '#shared/table/object/partition.ts'
import type { TableSchema } from '#shared/table/object/schema.ts'
import type { Reply, Visit } from './smoke-context.ts'

/**
 * What shows that a candidate works: for every function its steps, as the smoke user sees it. They leave tombstones and
 * nothing else, which maintenance purges.
 */
export const SMOKE_STEPS: Readonly<Record<FunctionName, (visit: Visit) => Promise<void>>> = {
  audiences: async (visit) => {
    await healthDeep(visit)
    await visit.step('refuse a caller without a token', async () => {
      expectStatus(await visit.call('GET', '/api/audiences', undefined, { anonymous: true }), 401)
    })
    await savedRecord(visit, AUDIENCES, {
      path: '/api/audiences',
      body: { name: 'Smoke test', description: 'Made and removed by a rollout', data_type: 'first_party' },
      meanwhile: async (id, user_id) => {
        await visit.step('object at its path', async () => {
          const month = monthOfId(AUDIENCES, id)
          if (month === undefined) throw new Error(`${id} is not an id of ours`)
          const name = objectName(AUDIENCES, user_id, month)
          if (!(await visit.objectExists(name))) throw new Error(`the bucket has no ${name}`)
        })
        await visit.step('archive', async () => {
          expectStatus(await visit.call('PUT', `/api/audiences/${id}/status`, { status: 'archived' }), 200)
          const listed = expectStatus(await visit.call('GET', '/api/audiences'), 200)
          if (idsOf(listed, AUDIENCES).includes(id)) throw new Error(`${id} is still listed after it was archived`)
        })
      },
    })
  },
  platforms: async (visit) => {
    await healthDeep(visit)
    // Seals the credentials with the real key; nothing is sent to the platform. Where it lies is not looked at: delivery
    // may read no sealed credentials.
    const credentials = { api_key: 'smoke-test-no-real-key', account_id: 'smoke' }
    await savedRecord(visit, PLATFORMS, {
      path: '/api/platforms',
      body: { platform_type: 'the_trade_desk', name: 'Smoke test', credentials },
      meanwhile: async (id) => {
        await visit.step('show no credentials', async () => {
          const shown = expectStatus(await visit.call('GET', `/api/platforms/${id}`), 200)
          if (JSON.stringify(shown).includes(credentials.api_key)) throw new Error('an answer shows a credential')
        })
      },
    })
  },
  distributions: async (visit) => {
    await healthDeep(visit)
    await answers(visit, 'list', '/api/distributions')
  },
  insights: async (visit) => {
    await healthDeep(visit)
    await answers(visit, 'summary', '/api/users/me/summary')
    await answers(visit, 'insights', '/api/insights/audiences')
  },
  maintenance: async (visit) => {
    await healthDeep(visit)
    await visit.step('refuse a caller who is no operator', async () => {
      expectStatus(await visit.call('POST', '/api/maintenance/dispatch'), 403)
    })
  },
}

/** What the function depends on answers, and the URL leads to the very revision that is tested. */
async function healthDeep({ step, call, candidate }: Visit): Promise<void> {
  await step('health', async () => {
    const { revision } = expectStatus(await call('GET', `/api/${candidate.name}/health?deep=1`), 200)
    if (revision !== candidate.revision) throw new Error(`answered by ${String(revision)}, not ${candidate.revision}`)
  })
}

async function answers({ step, call }: Visit, name: string, path: string): Promise<void> {
  await step(name, async () => void expectStatus(await call('GET', path), 200))
}

interface SavedRecord {
  readonly path: string
  readonly body: unknown
  /** Further steps on the record that was saved. */
  readonly meanwhile: (id: string, user_id: string) => Promise<void>
}

/** Saves, gets and lists a record, does what more there is to do with it, and deletes it. */
async function savedRecord(visit: Visit, schema: TableSchema & { noun: string }, record: SavedRecord): Promise<void> {
  const { step, cleanUp, call } = visit
  const { path, body, meanwhile } = record
  let id: string | undefined
  let user_id = ''
  await step('save', async () => {
    id = String(expectStatus(await call('POST', path, body), 201)[schema.id_column])
  })
  if (id === undefined) return
  const of_record = `${path}/${id}`
  const saved_id = id
  await step('get', async () => {
    const { [schema.noun]: found } = expectStatus(await call('GET', of_record), 200)
    user_id = String((found as { user_id?: unknown } | undefined)?.user_id)
  })
  await step('list', async () => {
    const listed = expectStatus(await call('GET', path), 200)
    if (!idsOf(listed, schema).includes(saved_id)) throw new Error(`${saved_id} is not listed`)
  })
  await meanwhile(saved_id, user_id)
  await cleanUp('remove', async () => void expectStatus(await call('DELETE', of_record), 204))
}

function idsOf(listed: Reply['body'], { name, id_column }: TableSchema): unknown[] {
  const records = listed[name]
  return Array.isArray(records) ? records.map((record) => (record as Record<string, unknown>)[id_column]) : []
}

/** The body of an answer with this status. */
function expectStatus({ status, body }: Reply, expected: number): Reply['body'] {
  if (status === expected) return body
  const { detail } = body
  throw new Error(`answered ${status} instead of ${expected}${typeof detail === 'string' ? `: ${detail}` : ''}`)
}
