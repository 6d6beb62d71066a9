import { LIMITS } from '#shared/table/object/limits.ts'
import type { Mutation, Outcome } from '#shared/table/commit/mutation.ts'
import type { Month } from '#shared/table/object/partition.ts'
import type { Row } from '#shared/table/object/schema.ts'
import type { Table } from '#shared/table/table.ts'

/**
 * Changes records of one object: one commit, unless there are more of them than one takes.
 * @returns the outcome of each
 */
export async function mutateAll<R extends Row, T>(
  table: Table<R>,
  { user_id, month }: { user_id: string; month: Month },
  items: readonly T[],
  mutationOf: (item: T) => Mutation<R>,
): Promise<Outcome<R>[]> {
  const outcomes: Outcome<R>[] = []
  for (let at = 0; at < items.length; at += LIMITS.batch_operations) {
    const batch = items.slice(at, at + LIMITS.batch_operations).map(mutationOf)
    outcomes.push(...(await table.mutateAll(user_id, month, batch)))
  }
  return outcomes
}
