import type { Clock } from '#shared/base/clock.ts'
import { idTimeMs, newId } from '#shared/base/ids.ts'
import type { Random } from '#shared/base/random.ts'
import type { CredentialVault } from '#shared/credentials/vault.ts'
import type { AdPlatformSettings } from '#shared/ad-platforms/settings.ts'
import type { Answer, Call, Handlers } from '#shared/http/call.ts'
import {
  type Asking,
  type Decision,
  decideDelete,
  decidePatch,
  decideRestore,
  decideSave,
  decideSet,
  decideStatus,
} from '#shared/records/decisions.ts'
import { PLATFORMS, type PlatformRow, type PlatformType } from '#shared/records/platform.ts'
import type { DistributionRow } from '#shared/records/distribution.ts'
import { refreshPeriodMs } from '#shared/records/refreshing.ts'
import { invalid } from '#shared/records/validation/validate.ts'
import type { AnswerMemory } from '#shared/resources/answer-memory.ts'
import { RecordBatch } from '#shared/resources/record-batch.ts'
import { RecordCopies } from '#shared/resources/record-copies.ts'
import { type Changed, RecordService } from '#shared/resources/record-service.ts'
import { RecordUsage } from '#shared/resources/record-usage.ts'
import { RecordVersions } from '#shared/resources/record-versions.ts'
import type { RowFilter } from '#shared/table/read/listing.ts'
import type { Table } from '#shared/table/table.ts'
import { testConnection, type ConnectionTest } from './connection-test.ts'
import type { routes } from './routes.ts'
import { type Owner, ownerOf, PlatformSecrets } from './secrets.ts'

/** The platforms routes over a table of platforms and a vault. Knows no adapter. */
export interface PlatformDependencies {
  readonly platforms: Table<PlatformRow>
  /** Read only. */
  readonly distributions: Table<DistributionRow>
  readonly vault: CredentialVault
  /** Part of what credentials are sealed for. */
  readonly bucket: string
  readonly ad_platform_settings: AdPlatformSettings
  readonly clock: Clock
  readonly memory: AnswerMemory
  readonly random: Random
  /** Called for each connection test that really called the platform. */
  readonly onTested: (test: ConnectionTest) => void
  /** Called with a fault of ours that only a part of a request meets. */
  readonly onFault: (error: unknown) => void
}

export function platformHandlers(dependencies: PlatformDependencies): Handlers<typeof routes> {
  const { platforms, distributions, vault, bucket, ad_platform_settings, clock, memory, random, onTested, onFault } =
    dependencies
  const service = new RecordService(PLATFORMS, { table: platforms, clock, memory })
  const versions = new RecordVersions(PLATFORMS, service)
  const copies = new RecordCopies(PLATFORMS, service, platforms)
  const usage = new RecordUsage({
    kind: PLATFORMS,
    service,
    distributions,
    own_end: 'platform_id',
    other_end: 'audience_id',
    refreshing: () =>
      Promise.resolve((platform: PlatformRow, completed_with: readonly string[]) =>
        refreshPeriodMs(platform) === undefined ? [] : completed_with,
      ),
  })
  const batch = new RecordBatch(PLATFORMS, { table: platforms, usage, clock, onFault })
  const secrets = new PlatformSecrets(vault, bucket, clock)

  /** Whose credentials these will be: known before they are sealed, for they are sealed for it. */
  const ownerOfSave = async ({ caller, body }: Call<typeof routes.savePlatform>): Promise<Owner> => {
    const { platform_id, platform_type } = body
    const { user_id } = caller
    if (platform_id === undefined) {
      const new_id = newId(PLATFORMS.id_prefix, clock.nowMs(), random)
      return { user_id, platform_id: new_id, platform_type: platform_type! }
    }
    const is_type_id = idTimeMs(PLATFORMS.id_prefix, platform_id) !== undefined
    if (platform_type && is_type_id) return { user_id, platform_id, platform_type }
    const row = await platforms.get(user_id, platform_id)
    if (row) return { ...ownerOf(user_id, row), ...(platform_type && { platform_type }) }
    if (platform_type) return { user_id, platform_id, platform_type }
    throw invalid([{ path: 'platform_type', message: 'is required' }])
  }

  const saveWithCredentials = async (call: Call<typeof routes.savePlatform>): Promise<Changed<typeof PLATFORMS>> => {
    const { platform_id: _, credentials, ...sent } = call.body
    const owner = await ownerOfSave(call)
    const recalled = await service.recall(call, owner.platform_id)
    if (recalled) return recalled
    const sealed = await secrets.seal(owner, credentials)
    // A client that saves it as disconnected wants it stored and not used.
    const set = sent.status === 'disconnected' ? { ...sealed, status: 'disconnected' as const } : sealed
    return service.save(call, owner.platform_id, (asking, id, created_at, current) =>
      decideSave(asking, id, created_at, current, sent, set),
    )
  }

  const saveWithout = ({ body: { platform_id, ...sent } }: Call<typeof routes.savePlatform>, call: Call) =>
    service.save(call, platform_id, (asking, id, created_at, current) =>
      decideSave(asking, id, created_at, current, sent),
    )

  const changed = async (
    call: Call,
    id: string,
    decide: Decide,
    message?: (row: PlatformRow) => string,
  ): Promise<Answer> => {
    const change = await service.change(call, id, decide)
    return service.answer(call, change, message === undefined ? {} : { message: message(change.row) })
  }

  return {
    savePlatform: async (call) => {
      const saved = await (call.body.credentials === undefined ? saveWithout(call, call) : saveWithCredentials(call))
      const message = saved.status === 201 ? 'Platform saved' : 'Platform updated'
      return service.answer(call, saved, { platform_id: service.idOf(saved), message })
    },

    listPlatforms: (call) =>
      service.list(call, {
        limit: call.query.limit,
        cursor: call.query.cursor,
        with_details: false,
        filter: platformFilter(call.query),
      }),

    exportPlatforms: (call) => service.export(call, call.query, platformFilter(call.query)),

    batchPlatforms: (call) => {
      const { filter } = call.body
      return batch.answer(call, call.body, filter && platformFilter(filter))
    },

    // Its name begins as the table's does: by that the import knows what it reads.
    exportPlatform: (call) =>
      service.exportOne(call, call.params.platform_id, call.query, ({ name }) => `platforms ${name}`),

    getPlatform: (call) => service.read(call, call.params.platform_id),

    patchPlatform: (call) => {
      const { platform_id: _, ...patch } = call.body
      return changed(call, call.params.platform_id, (asking, row) => decidePatch(asking, row, patch))
    },

    deletePlatform: async (call) => {
      const { platform_id } = call.params
      const guarded = await usage.guard(call, platform_id, call.query.if_unused === 'true')
      await service.change(call, platform_id, (asking, row) => guarded(decideDelete(asking, row)))
      return { status: 204 }
    },

    restorePlatform: (call) =>
      changed(
        call,
        call.params.platform_id,
        decideRestore,
        () => 'Platform restored; it is pending and needs its credentials again',
      ),

    setPlatformStatus: async (call) => {
      const { platform_id } = call.params
      const { status } = call.body
      const guarded = await usage.guard(call, platform_id, status === 'disconnected' && call.query.if_unused === 'true')
      const decide: Decide = (asking, row) => guarded(decideStatus(asking, row, status))
      return changed(call, platform_id, decide, () => `Platform is ${status}`)
    },

    replacePlatformCredentials: async (call) => {
      const id = call.params.platform_id
      const owner = ownerOf(call.caller.user_id, await service.live(call, id))
      const sealed = await secrets.seal(owner, call.body.credentials)
      const decide: Decide = (asking, row) => decideSet(asking, row, sealed)
      return changed(call, id, decide, () => 'Credentials replaced; the platform is pending until they are tested')
    },

    testPlatform: (call) => testConnection(call, { service, secrets, settings: ad_platform_settings, clock, onTested }),

    duplicatePlatform: async (call) => {
      const { platform_id: id, name } = call.body
      const copy = await copies.duplicate(call, call.params.platform_id, { id, name })
      const message = 'Platform copied; it is pending and needs its credentials'
      return service.answer(call, copy, { platform_id: service.idOf(copy), message })
    },

    getPlatformUsage: (call) => usage.read(call, call.params.platform_id),

    listPlatformVersions: (call) => versions.list(call, call.params.platform_id, call.query),

    getPlatformVersion: (call) => versions.read(call, call.params.platform_id, call.params.version),

    restorePlatformVersion: (call) => versions.restore(call, call.params.platform_id, call.params.version),

    forgetPlatformVersions: (call) => versions.forget(call, call.params.platform_id),
  }
}

type Decide = (asking: Asking<typeof PLATFORMS>, row: PlatformRow | undefined) => Decision<typeof PLATFORMS>

interface PlatformQuery {
  readonly platform_type?: PlatformType | undefined
  readonly status?: string | undefined
}

function platformFilter({ platform_type, status }: PlatformQuery): RowFilter<PlatformRow> {
  return {
    columns: ['deleted', 'status', 'platform_type'],
    matches: (cell) =>
      !cell('deleted') &&
      (status === undefined || status === 'all' || cell('status') === status) &&
      (platform_type === undefined || cell('platform_type') === platform_type),
  }
}
