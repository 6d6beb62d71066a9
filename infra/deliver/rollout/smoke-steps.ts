import type { FunctionName } from '#shared/contract/functions.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { monthOfId, objectName } from '#shared/table/object/partition.ts'
import type { TableSchema } from '#shared/table/object/schema.ts'
import { expectStatus, type Reply, type SmokeContext } from './smoke-context.ts'
import { smokeSync } from './smoke-sync.ts'
import { smokeWeb } from './smoke-web.ts'

/**
 * The smoke steps of every function, run as the smoke user. They leave only tombstones, which maintenance purges.
 */
export const SMOKE_STEPS: Readonly<Record<FunctionName, (context: SmokeContext) => Promise<void>>> = {
  audiences: async (context) => {
    await healthDeep(context)
    await context.step('refuse a caller without a token', async () => {
      expectStatus(await context.call('GET', '/api/audiences', undefined, { anonymous: true }), 401)
    })
    await answers(context, 'tags', '/api/tags')
    await savedRecord(context, AUDIENCES, {
      path: '/api/audiences',
      body: { name: 'Smoke test', description: 'Created and removed by a rollout', data_type: 'first_party' },
      meanwhile: async (id, user_id) => {
        await answers(context, 'usage', `/api/audiences/${id}/usage`)
        await context.step('object at its path', async () => {
          const month = monthOfId(AUDIENCES, id)
          if (month === undefined) throw new Error(`${id} is not an audience id`)
          const name = objectName(AUDIENCES, user_id, month)
          if (!(await context.objectExists(name))) throw new Error(`the bucket has no object ${name}`)
        })
        await context.step('archive', async () => {
          expectStatus(await context.call('PUT', `/api/audiences/${id}/status`, { status: 'archived' }), 200)
          const listed = expectStatus(await context.call('GET', '/api/audiences'), 200)
          if (idsOf(listed, AUDIENCES).includes(id)) throw new Error(`${id} is still listed after it was archived`)
        })
      },
    })
  },
  platforms: async (context) => {
    await healthDeep(context)
    // Seals the credentials with the real key and sends nothing to the platform. The object is not looked up, because
    // the delivery account must not read sealed credentials.
    const credentials = { api_key: 'smoke-test-no-real-key', account_id: 'smoke' }
    await savedRecord(context, PLATFORMS, {
      path: '/api/platforms',
      body: { platform_type: 'the_trade_desk', name: 'Smoke test', credentials },
      meanwhile: async (id) => {
        await answers(context, 'usage', `/api/platforms/${id}/usage`)
        await context.step('show no credentials', async () => {
          const shown = expectStatus(await context.call('GET', `/api/platforms/${id}`), 200)
          if (JSON.stringify(shown).includes(credentials.api_key)) throw new Error('the response contains a credential')
        })
      },
    })
  },
  distributions: async (context) => {
    await healthDeep(context)
    await answers(context, 'list', '/api/distributions')
  },
  insights: async (context) => {
    await healthDeep(context)
    await answers(context, 'summary', '/api/users/me/summary')
    await answers(context, 'insights', '/api/insights/audiences')
  },
  flags: async (context) => {
    await healthDeep(context)
    await flagsAgree(context)
  },
  sync: async (context) => {
    await healthDeep(context)
    await smokeSync(context)
  },
  maintenance: async (context) => {
    await healthDeep(context)
    await context.step('refuse a caller who is no operator', async () => {
      expectStatus(await context.call('POST', '/api/maintenance/dispatch'), 403)
    })
  },
  web: async (context) => {
    await healthDeep(context)
    await smokeWeb(context)
  },
}

/** The function's dependencies answer, and the URL reaches the revision under test. */
async function healthDeep({ step, call, candidate }: SmokeContext): Promise<void> {
  await step('health', async () => {
    const { revision } = expectStatus(await call('GET', `/api/${candidate.name}/health?deep=1`), 200)
    if (revision !== candidate.revision) throw new Error(`answered by ${String(revision)}, not ${candidate.revision}`)
  })
}

async function answers({ step, call }: SmokeContext, name: string, path: string): Promise<void> {
  await step(name, async () => void expectStatus(await call('GET', path), 200))
}

/** Clients whom `persistence_v2` reaches at 6, 19, 31, 44, 56, 69, 81 and 94 percent, for ever. */
const GUESTS = ['ga', 's6', '2c', 'n5', 'rh', 'gh', 'je', 'jy'].map((end) => `cli_01jwbz0000e0080000000000${end}`)

/** Whatever percentage is set: the flag is on for the first guests and off for the others. */
async function flagsAgree({ step, call }: SmokeContext): Promise<void> {
  const isOnFor = async (client_id: string, options?: { anonymous: boolean }): Promise<boolean> => {
    const { flags } = expectStatus(await call('GET', `/api/flags?client_id=${client_id}`, undefined, options), 200)
    return (flags as { persistence_v2?: unknown } | undefined)?.persistence_v2 === true
  }
  await step('flags of guests', async () => {
    const are_on = await Promise.all(GUESTS.map((id) => isOnFor(id, { anonymous: true })))
    if (are_on.some((is_on, index) => is_on && are_on[index - 1] === false)) {
      throw new Error('no percentage explains for which guests persistence_v2 is on')
    }
    expectStatus(await call('GET', '/api/flags', undefined, { anonymous: true }), 400)
  })
  await step('flags of the smoke user', async () => {
    const are_on = await Promise.all(GUESTS.map((id) => isOnFor(id)))
    if (new Set(are_on).size > 1) throw new Error('the flags of a user depend on the client')
  })
}

interface SavedRecord {
  readonly path: string
  readonly body: unknown
  /** Further steps on the saved record. */
  readonly meanwhile: (id: string, user_id: string) => Promise<void>
}

/** Saves, gets and lists a record, runs `meanwhile` on it, and deletes it. */
async function savedRecord(
  context: SmokeContext,
  schema: TableSchema & { noun: string },
  record: SavedRecord,
): Promise<void> {
  const { step, cleanUp, call } = context
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
