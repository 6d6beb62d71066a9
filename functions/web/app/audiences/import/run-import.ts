import type { ActivationClient } from '#shared/client/client.ts'
import type { UserChange } from '#shared/client/store/user-changes.ts'
import { changeInPortions } from '../../store/change-in-portions.ts'
import type { ImportPlan, PlannedRow } from './import-plan.ts'

/** What came of an import. */
export interface Imported {
  /** How many audiences are in: new ones, and those that came back. */
  readonly count: number
  /** What this device did not keep first, with the reason: of what comes after it nothing was tried but its portion. */
  readonly fault: string | undefined
}

/**
 * Of a file's new audiences a later one is newer, so lists by age have them in the order of the file.
 * @param isWanted asked between portions, with how many rows are done: whether it is to go on
 */
export async function runImport(
  client: Pick<ActivationClient, 'changeAll' | 'newId'>,
  { rows }: ImportPlan,
  isWanted: (done: number) => boolean,
): Promise<Imported> {
  // Ids of one millisecond have no order of their own.
  const ids = rows.map(() => client.newId('audience')).toSorted()
  const taken = rows.flatMap((row, at) => {
    const change = changeOf(row, ids[at]!)
    return change ? [{ ...change, name: row.name }] : []
  })
  const outcomes = await changeInPortions(client, taken, isWanted)
  const at = outcomes.findIndex(({ ok }) => !ok)
  const refused = outcomes[at]
  return {
    count: outcomes.filter(({ ok }) => ok).length,
    fault: refused && !refused.ok ? `“${taken[at]!.name}” was not kept. ${refused.problem.message}` : undefined,
  }
}

/** @param new_id of an audience of which the file says none */
function changeOf(row: PlannedRow, new_id: string): UserChange | undefined {
  if (row.does === 'make') return { op: 'create', noun: 'audience', value: row.value, id: row.id ?? new_id }
  return row.does === 'bring_back' ? { op: 'restore', noun: 'audience', id: row.id } : undefined
}
