import { Problem } from '../../base/problem.ts'
import type { Month } from './partition.ts'

/** Every limit of the table, in one place; infra/docs/limits.md explains them. */
export const LIMITS = {
  record_bytes: 256 * 1024,
  object_bytes: 64 * 1024 * 1024,
  /** Beyond the limit, for changes that make no record larger. */
  object_reserve_bytes: 1024 * 1024,
  object_rows: 50_000,
  batch_operations: 2000,
  batch_bytes: 8 * 1024 * 1024,
  queue_operations: 5000,
} as const

/** An object beyond this share of a limit is reported to the operator. */
export const WARN_SHARE = 0.7

export function recordTooLarge(bytes: number): Problem {
  return new Problem(
    'quota-exceeded',
    `The record takes ${bytes} bytes; a record may take ${LIMITS.record_bytes} bytes.`,
    { members: { limit: 'record_bytes', limit_value: LIMITS.record_bytes } },
  )
}

export function partitionFull(limit: 'object_bytes' | 'object_rows', month: Month): Problem {
  const period = month === '' ? 'all your records of this kind' : `the records created in ${spelled(month)}`
  return new Problem(
    'quota-exceeded',
    `The limit ${limit} (${LIMITS[limit]}) is reached for ${period}. What is stored is unchanged.`,
    { members: { limit, limit_value: LIMITS[limit], ...(month === '' ? {} : { month: spelled(month) }) } },
  )
}

/** `202505` → `2025-05`. */
export function spelled(month: Month): string {
  return `${month.slice(0, 4)}-${month.slice(4)}`
}
