import { Table } from '#shared/table/table.ts'
import { runRareHistory } from '../rare/run-rare-history.ts'
import { runHistory } from '../run-history.ts'

/** A history in which some instances run this release, which is measured, and some another. */
export async function runReleasesHistory(seed: number, Other: typeof Table): Promise<object> {
  return await runHistory(seed, [
    { Table, is_other: false },
    { Table: Other, is_other: true },
  ])
}

/** The same, but that this one is the newer, which writes a column more. */
export async function runAsNextRelease(seed: number, Other: typeof Table): Promise<object> {
  return await runHistory(seed, [
    { Table: Other, is_other: false },
    { Table, is_other: true },
  ])
}

/** What seldom happens, beside a newer release. */
export async function runRareReleasesHistory(seed: number, Other: typeof Table): Promise<object> {
  return await runRareHistory(seed, [
    { Table, is_other: false },
    { Table: Other, is_other: true },
  ])
}
