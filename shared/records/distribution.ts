import * as z from 'zod/mini'

import { count, freeObject, instant, metadata, text, utcTime } from './fields.ts'
import { defineRecordKind, READ_ONLY_SHAPE, type RowOf } from './record-kind.ts'
import { echoedMembers, namesOf, requiredWithout, sentFields, sentId, withoutMembers } from './sent-fields.ts'

/** A distribution: an audience handed over to a platform, what exactly was handed over, and what came of it. */

export const distributionStatus = z.enum(['scheduled', 'pending', 'in_progress', 'completed', 'failed', 'cancelled'])
export type DistributionStatus = z.output<typeof distributionStatus>

export const distributionType = z.enum(['initial', 'refresh', 'incremental'])

const segmentId = z.union([z.int(), text(200)])

export const ERROR_MESSAGE_LENGTH_MAX = 5000

/** Everything a client may set, whole and in its final form. */
export const distributionFields = z.strictObject({
  audience_id: text(300).check(z.minLength(1)),
  platform_id: text(300).check(z.minLength(1)),
  status: distributionStatus,
  distribution_type: distributionType,
  scheduled_at: z.nullable(instant),
  /** Empty: all of the audience. */
  segments_distributed: z.array(segmentId).check(z.maxLength(1000)),
  metadata,
})
type DistributionFields = z.output<typeof distributionFields>

const DISTRIBUTION_DEFAULTS: Omit<DistributionFields, 'audience_id' | 'platform_id'> = {
  status: 'pending',
  distribution_type: 'initial',
  scheduled_at: null,
  segments_distributed: [],
  metadata: {},
}

/** One try in the run ledger: it begins when the distribution becomes pending. */
const attempt = z.object({
  /** 1, 2, … also when the ledger no longer keeps the first ones. */
  attempt: z.int(),
  queued_at: utcTime(),
  started_at: z.nullable(utcTime()),
  ended_at: z.nullable(utcTime()),
  outcome: z.nullable(z.enum(['completed', 'failed', 'cancelled'])),
  error: z.nullable(z.object({ code: z.nullable(z.string()), message: z.nullable(z.string()) })),
})
export type Attempt = z.output<typeof attempt>

/** The audience as it was handed over: what exactly was sent has an answer for ever. */
const audienceSnapshot = z.object({
  version: z.int(),
  data_type: z.nullable(z.string()),
  total_audience_size: z.nullable(count),
  audience_size: z.nullable(count),
  selected_variables: z.array(z.string()),
  variable_details: z.array(z.record(z.string(), z.unknown())),
  segments: z.array(z.record(z.string(), z.unknown())),
})
export type AudienceSnapshot = z.output<typeof audienceSnapshot>

/** Set by the server alone. */
const serverShape = {
  audience_name: z.nullable(z.string()),
  platform_name: z.nullable(z.string()),
  platform_type: z.nullable(z.string()),
  started_at: z.nullable(utcTime()),
  completed_at: z.nullable(utcTime()),
  /** Size of what was handed over, null when the audience does not tell. */
  total_records: z.nullable(count),
  /** As the platform reported it; null until then. */
  matched_records: z.nullable(count),
  /** As the platform reported it, 0–1; null until then. */
  match_rate: z.nullable(z.number()),
  match_results_as_of: z.nullable(utcTime()),
  platform_audience_id: z.nullable(z.string()),
  /** From the platform's default_match_rate: never mixed with what was reported. */
  estimated_matched_records: z.nullable(count),
  error_message: z.nullable(z.string()),
  error_details: z.nullable(freeObject),
  audience_snapshot: z.nullable(audienceSnapshot),
  attempts: z.array(attempt),
}

/** The shape of a whole distribution in an answer, for the contract. */
export const distribution = z.object({
  distribution_id: z.string(),
  ...READ_ONLY_SHAPE,
  ...distributionFields.shape,
  ...serverShape,
})

/** The shape of a distribution in a listing. */
export const distributionSummary = z.omit(distribution, { audience_snapshot: true, attempts: true })

/** What answers show and no client sets. */
const ECHOED_NAMES = [...namesOf(READ_ONLY_SHAPE), ...namesOf(serverShape)]

/** Body of a creation, or of a save with an id: any of the fields; null = back to the default. */
export const distributionInput = z.pipe(
  z
    .strictObject({
      ...sentFields(distributionFields.shape),
      ...echoedMembers(ECHOED_NAMES),
      distribution_id: sentId,
    })
    .check(requiredWithout('distribution_id', 'audience_id'), requiredWithout('distribution_id', 'platform_id')),
  z.transform(withoutMembers(ECHOED_NAMES)),
)

export const DISTRIBUTIONS = defineRecordKind({
  name: 'distributions',
  noun: 'distribution',
  id_prefix: 'dist',
  id_column: 'distribution_id',
  partitioned_by: 'month',
  fields: distributionFields,
  server: serverShape,
  derived: {},
  derive: () => ({}),
  derived_from: [],
  hidden: {},
  details: ['audience_snapshot', 'attempts'],
  statistics: [],
  // What was handed over stays what was handed over.
  immutable_fields: ['audience_id', 'platform_id', 'distribution_type', 'segments_distributed'],
  progress_fields: ['status', 'scheduled_at'],
  defaults: DISTRIBUTION_DEFAULTS,
  initial_statuses: ['scheduled', 'pending'],
  transitions: {
    scheduled: ['pending', 'cancelled'],
    pending: ['in_progress', 'cancelled', 'failed'],
    in_progress: ['completed', 'failed'],
    failed: ['pending'],
    completed: [],
    cancelled: [],
  },
})
export type DistributionRow = RowOf<typeof DISTRIBUTIONS>
