import * as z from 'zod/mini'

import { count, freeObject, instant, text } from './fields.ts'
import { distributionStatus, ERROR_MESSAGE_LENGTH_MAX, type DistributionStatus } from './distribution.ts'

/** The report of an upload by its uploader, in the current spelling and in that of the old system. */

const ERROR_DETAILS_BYTES_MAX = 8 * 1024
const rate = z.number().check(z.minimum(0), z.maximum(1))
const errorMessage = text(ERROR_MESSAGE_LENGTH_MAX)

const errorDetails = freeObject.check(
  z.refine((value) => JSON.stringify(value).length <= ERROR_DETAILS_BYTES_MAX, {
    error: `must not take more than ${ERROR_DETAILS_BYTES_MAX} bytes`,
  }),
)

/** The old system wrote local times without an offset; its servers ran in UTC. */
const oldInstant = z.union([instant, z.iso.datetime({ local: true })])

/** Members of `metadata` that the old system read; they become fields and leave the metadata. */
const oldMetadata = z.looseObject({
  match_rate: z.nullish(rate),
  matched_records: z.nullish(count),
  error_message: z.nullish(errorMessage),
  completed_at: z.nullish(oldInstant),
})

/** A report with one spelling for everything; `undefined` = nothing said. */
export interface DistributionReport {
  readonly status: DistributionStatus
  readonly matched_records?: number | undefined
  readonly match_rate?: number | undefined
  readonly platform_audience_id?: string | undefined
  readonly as_of?: string | undefined
  readonly error_message?: string | undefined
  readonly error_details?: Readonly<Record<string, unknown>> | undefined
  readonly completed_at?: string | undefined
  /** A merge patch. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** Body of `PUT …/status`. */
export const distributionReport = z.pipe(
  z.strictObject({
    status: distributionStatus,
    match_results: z.nullish(
      z.strictObject({
        matched_records: z.nullish(count),
        match_rate: z.nullish(rate),
        platform_audience_id: z.nullish(text(300)),
        as_of: z
          .nullish(instant)
          .check(z.describe('When the platform counted; an older count never replaces a newer one.')),
      }),
    ),
    error_message: z.nullish(errorMessage),
    error_details: z.nullish(errorDetails),
    metadata: z.nullish(oldMetadata).check(z.describe('Merged into what is there.')),
  }),
  z.transform(({ status, match_results, error_message, error_details, metadata }): DistributionReport => {
    const { match_rate, matched_records, error_message: old_message, completed_at, ...rest } = metadata ?? {}
    return {
      status,
      matched_records: match_results?.matched_records ?? matched_records ?? undefined,
      match_rate: match_results?.match_rate ?? match_rate ?? undefined,
      platform_audience_id: match_results?.platform_audience_id ?? undefined,
      as_of: match_results?.as_of ?? undefined,
      error_message: error_message ?? old_message ?? undefined,
      error_details: error_details ?? undefined,
      completed_at: completed_at ? inUtc(completed_at) : undefined,
      metadata: metadata ? rest : undefined,
    }
  }),
)

function inUtc(time: string): string {
  return new Date(/(Z|[+-]\d\d:\d\d)$/.test(time) ? time : `${time}Z`).toISOString()
}
