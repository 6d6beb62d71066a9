import type { ActivationClient } from '#shared/client/client.ts'
import type { ImportPlan } from './import-plan.ts'

/** What came of an import. */
export interface Imported {
  readonly made: number
  readonly brought_back: number
  /** What this device did not keep, with the reason: nothing after it was tried. */
  readonly fault: string | undefined
}

/** @param onProgress how many rows are done @throws StorageError while another account is being opened */
export async function runImport(
  client: ActivationClient,
  plan: ImportPlan,
  onProgress: (done: number) => void,
): Promise<Imported> {
  const counts = { made: 0, brought_back: 0 }
  for (const row of plan.rows) {
    if (row.does === 'leave' || row.does === 'refuse') continue
    const outcome =
      row.does === 'make'
        ? await client.create('audience', row.value, row.id)
        : await client.restore('audience', row.id)
    if (!outcome.ok) return { ...counts, fault: `“${row.name}” was not kept. ${outcome.problem.message}` }
    if (row.does === 'make') counts.made++
    else counts.brought_back++
    onProgress(counts.made + counts.brought_back)
  }
  return { ...counts, fault: undefined }
}
