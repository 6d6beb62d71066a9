import type { Clock } from '#shared/base/clock.ts'
import type { audienceRoutes } from '#shared/contract/audiences.ts'
import type { Handlers } from '#shared/http/call.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { decideDelete, decidePatch, decideRestore, decideSave, decideStatus } from '#shared/records/decisions.ts'
import type { AnswerMemory } from '#shared/resources/answer-memory.ts'
import { listDistributions } from '#shared/resources/distribution-listing.ts'
import { RecordService } from '#shared/resources/record-service.ts'
import { RecordVersions } from '#shared/resources/record-versions.ts'
import type { Table } from '#shared/table/table.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { audienceFilter } from './filter.ts'

/** The audiences routes over a table of audiences. Knows no adapter. */
export interface AudienceDependencies {
  readonly audiences: Table<AudienceRow>
  /** Read only. */
  readonly distributions: Table<DistributionRow>
  readonly clock: Clock
  readonly memory: AnswerMemory
}

export function audienceHandlers(dependencies: AudienceDependencies): Handlers<typeof audienceRoutes> {
  const { audiences, distributions, clock, memory } = dependencies
  const service = new RecordService(AUDIENCES, { table: audiences, clock, memory })
  const versions = new RecordVersions(AUDIENCES, service)
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
        with_details: (call.query.view ?? (call.is_old_client ? 'full' : 'summary')) === 'full',
        filter: audienceFilter(call.query),
        summarize: (summary) => ({
          ...summary,
          variable_count: (summary['selected_variables'] as readonly string[]).length,
        }),
        ...(call.is_old_client && { present: forOldPage }),
      }),

    getAudience: (call) => service.read(call, call.params.audience_id),

    patchAudience: async (call) => {
      const { audience_id: _, ...patch } = call.body
      const decide: Parameters<typeof service.change>[2] = (asking, row) => decidePatch(asking, row, patch)
      return service.answer(call, await service.change(call, call.params.audience_id, decide))
    },

    deleteAudience: async (call) => {
      await service.change(call, call.params.audience_id, decideDelete)
      return { status: 204 }
    },

    restoreAudience: async (call) => {
      const restored = await service.change(call, call.params.audience_id, decideRestore)
      return service.answer(call, restored, { message: `Audience restored; it is ${restored.row.status}` })
    },

    setAudienceStatus: async (call) => {
      const { status } = call.body
      const decide: Parameters<typeof service.change>[2] = (asking, row) => decideStatus(asking, row, status)
      const changed = await service.change(call, call.params.audience_id, decide)
      return service.answer(call, changed, { message: `Audience is ${status}` })
    },

    listAudienceDistributions: async (call) => {
      const audience = await service.live(call, call.params.audience_id)
      return listDistributions(distribution_service, call, { ...call.query, audience_id: audience.audience_id })
    },

    exportAudience: (call) => service.exportOne(call, call.params.audience_id, call.query, ({ name }) => name),

    exportAudiences: (call) => service.export(call, call.query, audienceFilter(call.query)),

    listAudienceVersions: (call) => versions.list(call, call.params.audience_id, call.query),

    getAudienceVersion: (call) => versions.read(call, call.params.audience_id, call.params.version),

    restoreAudienceVersion: (call) => versions.restore(call, call.params.audience_id, call.params.version),

    forgetAudienceVersions: (call) => versions.forget(call, call.params.audience_id),
  }
}

/** The old page formats the total size without asking whether it is known: it would end at a null. */
function forOldPage(audience: Record<string, unknown>): Record<string, unknown> {
  return { ...audience, total_audience_size: audience['total_audience_size'] ?? 0 }
}
