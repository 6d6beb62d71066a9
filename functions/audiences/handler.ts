import type { Clock } from '#shared/base/clock.ts'
import { canonicalSpelling } from '#shared/base/ids.ts'
import { isByAge, type audienceRoutes } from '#shared/contract/audiences.ts'
import type { Handlers } from '#shared/http/call.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { decideDelete, decidePatch, decideRestore, decideSave, decideStatus } from '#shared/records/decisions.ts'
import type { AnswerMemory } from '#shared/resources/answer-memory.ts'
import { listDistributions } from '#shared/resources/distribution-listing.ts'
import { RecordBatch } from '#shared/resources/record-batch.ts'
import { RecordCopies } from '#shared/resources/record-copies.ts'
import { RecordService } from '#shared/resources/record-service.ts'
import { RecordUsage } from '#shared/resources/record-usage.ts'
import { RecordVersions } from '#shared/resources/record-versions.ts'
import type { Table } from '#shared/table/table.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { PLATFORMS, type PlatformRow } from '#shared/records/platform.ts'
import { refreshPeriodMs } from '#shared/records/refreshing.ts'
import { audienceFilter } from './filter.ts'
import { handOversOf, sizesOf } from './insights.ts'
import { audienceOrder } from './sorting.ts'
import { listTags, renameTag } from './tags.ts'

/** The audiences routes over a table of audiences. Knows no adapter. */
export interface AudienceDependencies {
  readonly audiences: Table<AudienceRow>
  /** Read only. */
  readonly distributions: Table<DistributionRow>
  /** Read only, for which of them refresh what was sent to them. */
  readonly platforms: Table<PlatformRow>
  readonly clock: Clock
  readonly memory: AnswerMemory
  /** Called with a fault of ours that only a part of a request meets. */
  readonly onFault: (error: unknown) => void
}

export function audienceHandlers(dependencies: AudienceDependencies): Handlers<typeof audienceRoutes> {
  const { audiences, distributions, platforms, clock, memory, onFault } = dependencies
  const service = new RecordService(AUDIENCES, { table: audiences, clock, memory })
  const tags = { audiences, clock, onFault }
  const versions = new RecordVersions(AUDIENCES, service)
  const copies = new RecordCopies(AUDIENCES, service, audiences)
  const usage = new RecordUsage({
    kind: AUDIENCES,
    service,
    distributions,
    own_end: 'audience_id',
    other_end: 'platform_id',
    refreshing: async (user_id) => {
      const refreshing = await refreshingPlatforms(platforms, user_id)
      // Nobody sends an archived audience again.
      return ({ status }, completed_with) =>
        status === 'archived' ? [] : completed_with.filter((platform_id) => refreshing.has(platform_id))
    },
  })
  const batch = new RecordBatch(AUDIENCES, { table: audiences, usage, clock, onFault })
  const distribution_service = new RecordService(DISTRIBUTIONS, { table: distributions, clock, memory })
  return {
    saveAudience: async (call) => {
      const { audience_id, ...sent } = call.body
      const saved = await service.save(call, audience_id, (asking, id, created_at, current) =>
        decideSave(asking, id, created_at, current, sent),
      )
      const message = saved.status === 201 ? 'Audience saved' : 'Audience updated'
      return service.answer(call, saved, { audience_id: service.idOf(saved), message })
    },

    listAudiences: (call) =>
      service.list(call, {
        limit: call.query.limit,
        cursor: call.query.cursor,
        with_details:
          (call.query.view ?? (call.is_old_client && isByAge(call.query.sort) ? 'full' : 'summary')) === 'full',
        filter: audienceFilter(call.query),
        order: audienceOrder(call.query.sort),
        summarize: withVariableCount,
        ...(call.is_old_client && { present: forOldPage }),
      }),

    getAudience: (call) => service.read(call, call.params.audience_id),

    patchAudience: async (call) => {
      const { audience_id: _, ...patch } = call.body
      const decide: Parameters<typeof service.change>[2] = (asking, row) => decidePatch(asking, row, patch)
      return service.answer(call, await service.change(call, call.params.audience_id, decide))
    },

    deleteAudience: async (call) => {
      const { audience_id } = call.params
      const guarded = await usage.guard(call, audience_id, call.query.if_unused === 'true')
      await service.change(call, audience_id, (asking, row) => guarded(decideDelete(asking, row)))
      return { status: 204 }
    },

    restoreAudience: async (call) => {
      const restored = await service.change(call, call.params.audience_id, decideRestore)
      return service.answer(call, restored, { message: `Audience restored; it is ${restored.row.status}` })
    },

    setAudienceStatus: async (call) => {
      const { audience_id } = call.params
      const { status } = call.body
      const guarded = await usage.guard(call, audience_id, status === 'archived' && call.query.if_unused === 'true')
      const decide: Parameters<typeof service.change>[2] = (asking, row) => guarded(decideStatus(asking, row, status))
      const changed = await service.change(call, audience_id, decide)
      return service.answer(call, changed, { message: `Audience is ${status}` })
    },

    listAudienceDistributions: async (call) => {
      const audience = await service.live(call, call.params.audience_id)
      return listDistributions(distribution_service, call, { ...call.query, audience_id: audience.audience_id })
    },

    batchAudiences: (call) => {
      const { filter } = call.body
      return batch.answer(call, call.body, filter && audienceFilter(filter))
    },

    exportAudience: (call) => service.exportOne(call, call.params.audience_id, call.query, ({ name }) => name),

    exportAudiences: (call) => service.export(call, call.query, audienceFilter(call.query)),

    duplicateAudience: async (call) => {
      const { audience_id: id, name } = call.body
      const copy = await copies.duplicate(call, call.params.audience_id, { id, name })
      return service.answer(call, copy, { audience_id: service.idOf(copy), message: 'Audience copied' })
    },

    getAudienceUsage: (call) => usage.read(call, call.params.audience_id),

    getInsightsOfAudience: async (call) => {
      const row = await service.live(call, call.params.audience_id)
      const hand_overs = await handOversOf(distributions, call.caller.user_id, row)
      return { status: 200, body: { ...sizesOf(row), ...hand_overs } }
    },

    listTags: (call) => listTags(tags, call),

    renameTag: (call) => renameTag(tags, call),

    listAudienceVersions: (call) => versions.list(call, call.params.audience_id, call.query),

    getAudienceVersion: (call) => versions.read(call, call.params.audience_id, call.params.version),

    restoreAudienceVersion: (call) => versions.restore(call, call.params.audience_id, call.params.version),

    forgetAudienceVersions: (call) => versions.forget(call, call.params.audience_id),
  }
}

function withVariableCount(summary: Record<string, unknown>): Record<string, unknown> {
  return { ...summary, variable_count: (summary['selected_variables'] as readonly string[]).length }
}

/** The old page formats the total size without asking whether it is known: it would end at a null. */
function forOldPage(audience: Record<string, unknown>): Record<string, unknown> {
  return { ...audience, total_audience_size: audience['total_audience_size'] ?? 0 }
}

/** Ids of the platforms that get again by themselves what was sent to them. */
function refreshingPlatforms(platforms: Table<PlatformRow>, user_id: string): Promise<ReadonlySet<string>> {
  return platforms.fold(user_id, {
    columns: ['platform_id', 'deleted', 'status', 'settings'],
    start: () => new Set<string>(),
    add: (refreshing, cell) => {
      const platform = { deleted: cell('deleted'), status: cell('status'), settings: cell('settings') }
      if (refreshPeriodMs(platform) !== undefined) refreshing.add(canonicalSpelling(PLATFORMS, cell('platform_id')))
    },
  })
}
