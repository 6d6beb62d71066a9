import { isoTime, type Clock } from '#shared/base/clock.ts'
import { canonicalSpelling } from '#shared/base/ids.ts'
import { Problem } from '#shared/base/problem.ts'
import type { distributionRoutes } from '#shared/contract/distributions.ts'
import type { Call, Handlers } from '#shared/http/call.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { decideDelete, decideSet, type Decision } from '#shared/records/decisions.ts'
import { decideCreation, decideReport, errorCodeOf } from '#shared/records/distribution-decisions.ts'
import { DISTRIBUTIONS, type DistributionRow, type DistributionStatus } from '#shared/records/distribution.ts'
import { distributionSource, type DistributionSource } from '#shared/records/distribution-source.ts'
import { PLATFORMS, type PlatformRow } from '#shared/records/platform.ts'
import { valuesOf } from '#shared/records/record-rows.ts'
import type { AnswerMemory } from '#shared/resources/answer-memory.ts'
import { distributionFilter, listDistributions } from '#shared/resources/distribution-listing.ts'
import { RecordService, writerOf } from '#shared/resources/record-service.ts'
import { RecordVersions } from '#shared/resources/record-versions.ts'
import type { Table } from '#shared/table/table.ts'

/** The distributions routes over the tables of distributions, audiences and platforms. Knows no adapter. */
export interface DistributionDependencies {
  readonly distributions: Table<DistributionRow>
  readonly audiences: Table<AudienceRow>
  readonly platforms: Table<PlatformRow>
  readonly clock: Clock
  readonly memory: AnswerMemory
  /**
   * Called for each distribution whose status has become completed or failed, and for one that may have become failed:
   * when its report is repeated there may be nothing left to move, and nobody would ever be alerted.
   */
  readonly onEnded: (ending: DistributionEnding) => void
}

export interface DistributionEnding {
  readonly status: 'completed' | 'failed'
  readonly user_id: string
  readonly distribution_id: string
  readonly platform_type: string
  /** `error_details.code`, as the uploader reported it. */
  readonly code: string | null
  /** The store did not answer whether this is stored. */
  readonly outcome_unknown?: true
}

export function distributionHandlers(dependencies: DistributionDependencies): Handlers<typeof distributionRoutes> {
  const { distributions, audiences, platforms, clock, memory } = dependencies
  const service = new RecordService(DISTRIBUTIONS, { table: distributions, clock, memory })
  const versions = new RecordVersions(DISTRIBUTIONS, service)

  /** Audience and platform as they are now: one conditional GET each, and proof for the versions they have. */
  const referencesOf = async (
    user_id: string,
    sent: SentReferences,
  ): Promise<DistributionSource | Problem | undefined> => {
    const { audience_id, platform_id, segments_distributed } = sent
    if (!audience_id || !platform_id) return undefined
    const found = await Promise.all([audiences.get(user_id, audience_id), platforms.get(user_id, platform_id)])
    return distributionSource(...found, segments_distributed ?? [])
  }

  /**
   * The second of two commits. The distribution is committed first: were the platform first and this function to end
   * in between, it would claim a sync that nothing tells of. As it is, all that can be missing is the platform's
   * `last_sync_at`, and a repeated report (after no answer, or a 503) sets it. It never goes back, in whatever order
   * reports arrive.
   */
  const markSynced = async (call: Call, row: DistributionRow): Promise<void> => {
    const { user_id } = call.caller
    const { completed_at } = row
    if (completed_at === null) return
    const outcome = await platforms.mutate(user_id, {
      id: row.platform_id,
      writer: writerOf(call),
      size_bytes: 0,
      decide: (platform) => {
        const is_known = (platform?.last_sync_at ?? -Infinity) >= completed_at
        if (platform && (is_known || platform.deleted)) return { kind: 'keep', row: platform, status: 200 }
        return decideSet({ kind: PLATFORMS, user_id }, platform, { last_sync_at: isoTime(completed_at) })
      },
    })
    // A platform that is gone needs no time; one that could not take it (it is full) must not look as if it had.
    if (outcome.kind === 'refused' && outcome.problem.kind !== 'not-found') throw outcome.problem
  }

  /**
   * What follows from a status, whichever route set it. A replay moved nothing, and mends what may be missing.
   * @param before the status that the change found; `undefined` when there was none, or no change
   */
  const settle = async (call: Call, before: DistributionStatus | undefined, row: DistributionRow): Promise<void> => {
    const { status } = row
    // Nothing starts completed or failed.
    const is_moved = before !== undefined && before !== status
    if (is_moved && (status === 'completed' || status === 'failed'))
      dependencies.onEnded(endingOf(call.caller.user_id, row, status))
    if (status === 'completed') await markSynced(call, row).catch(halfDone)
  }

  /** Passes on why a change was not answered; a failure that may be stored all the same is reported as one. */
  const reportingUnknown =
    (call: Call, distribution_id: string | undefined, reported: Reported, decided: Decided) =>
    (error: unknown): never => {
      const is_unknown = error instanceof Problem && error.members['outcome'] === 'unknown'
      const { before, row } = decided
      const is_failure = decided.is_made
        ? row?.status === 'failed' && before !== 'failed'
        : reported.status === 'failed'
      if (is_unknown && is_failure && distribution_id !== undefined) {
        const { user_id } = call.caller
        const ending = row ? endingOf(user_id, row, 'failed') : unseenFailure(user_id, distribution_id, reported)
        dependencies.onEnded({ ...ending, outcome_unknown: true })
      }
      throw error
    }

  return {
    saveDistribution: async (call) => {
      const { distribution_id, ...sent } = withCanonicalIds(call.body)
      const source = await referencesOf(call.caller.user_id, sent)
      const decided = new Decided()
      const saved = await service
        .save(call, distribution_id, (asking, id, created_at, current) =>
          decided.by(
            current,
            decideCreation({
              asking,
              id,
              created_at,
              current,
              sent: spelledAsIn(current, sent),
              source,
              now_ms: clock.nowMs(),
            }),
          ),
        )
        .catch(reportingUnknown(call, distribution_id, sent, decided))
      await settle(call, decided.before, saved.row)
      const message = saved.status === 201 ? `Distribution is ${saved.row.status}` : 'Distribution updated'
      return service.answer(call, saved, { distribution_id: service.idOf(saved), message })
    },

    listDistributions: (call) => listDistributions(service, call, call.query),

    exportDistributions: (call) => service.export(call, call.query, distributionFilter(call.query)),

    // Their names begin as the table's does: by that the import knows what it reads.
    exportDistribution: (call) =>
      service.exportOne(call, call.params.distribution_id, call.query, (row) => `distributions ${row.distribution_id}`),

    getDistribution: (call) => service.read(call, call.params.distribution_id),

    deleteDistribution: async (call) => {
      await service.change(call, call.params.distribution_id, decideDelete)
      return { status: 204 }
    },

    setDistributionStatus: async (call) => {
      const { distribution_id } = call.params
      const decided = new Decided()
      const changed = await service
        .change(call, distribution_id, (asking, current) =>
          decided.by(current, decideReport(asking, current, call.body, clock.nowMs())),
        )
        .catch(reportingUnknown(call, distribution_id, call.body, decided))
      await settle(call, decided.before, changed.row)
      return service.answer(call, changed, { message: `Distribution is ${call.body.status}` })
    },

    listDistributionVersions: (call) => versions.list(call, call.params.distribution_id, call.query),

    getDistributionVersion: (call) => versions.read(call, call.params.distribution_id, call.params.version),

    restoreDistributionVersion: (call) => versions.restore(call, call.params.distribution_id, call.params.version),

    forgetDistributionVersions: (call) => versions.forget(call, call.params.distribution_id),
  }
}

/** What the last decision about a change found and would store; earlier ones were overtaken. */
class Decided {
  is_made = false
  before: DistributionStatus | undefined
  row: DistributionRow | undefined

  by(current: DistributionRow | undefined, decision: Decision<typeof DISTRIBUTIONS>): Decision<typeof DISTRIBUTIONS> {
    this.is_made = true
    this.before = current?.status
    this.row = decision.kind === 'write' ? decision.row : undefined
    return decision
  }
}

interface Reported {
  readonly status?: DistributionStatus | null | undefined
  readonly error_details?: Readonly<Record<string, unknown>> | undefined
}

interface SentReferences {
  readonly audience_id?: string | null | undefined
  readonly platform_id?: string | null | undefined
  readonly segments_distributed?: readonly (string | number)[] | null | undefined
}

/** Two spellings of one old id are one audience. */
function withCanonicalIds<T extends SentReferences>(sent: T): T {
  const { audience_id, platform_id } = sent
  return {
    ...sent,
    ...(audience_id && { audience_id: canonicalSpelling(AUDIENCES, audience_id) }),
    ...(platform_id && { platform_id: canonicalSpelling(PLATFORMS, platform_id) }),
  }
}

/** The references as the distribution has them, where they are other spellings of the same ids: that is no change. */
function spelledAsIn<T extends SentReferences>(current: DistributionRow | undefined, sent: T): T {
  if (!current) return sent
  const { audience_id, platform_id } = current
  const stored = withCanonicalIds({ audience_id, platform_id })
  return {
    ...sent,
    ...(sent.audience_id === stored.audience_id && { audience_id }),
    ...(sent.platform_id === stored.platform_id && { platform_id }),
  }
}

function endingOf(user_id: string, row: DistributionRow, status: DistributionEnding['status']): DistributionEnding {
  const { error_details } = valuesOf(DISTRIBUTIONS, row, ['error_details'])
  const { distribution_id, platform_type } = row
  return { status, user_id, distribution_id, platform_type: String(platform_type), code: errorCodeOf(error_details) }
}

/** A failure that was reported of a distribution which could not be read in time. */
function unseenFailure(user_id: string, distribution_id: string, { error_details }: Reported): DistributionEnding {
  return { status: 'failed', user_id, distribution_id, platform_type: 'unknown', code: errorCodeOf(error_details) }
}

function halfDone(cause: unknown): never {
  if (!(cause instanceof Problem)) throw cause
  throw new Problem(
    'unavailable',
    "The distribution is completed, but its platform's last_sync_at could not be set. Repeat the request to set it.",
    { retry_after_ms: cause.retry_after_ms ?? 2000, cause },
  )
}
