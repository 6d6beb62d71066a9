import { Boxes, Trash2 } from 'lucide-react'

import type { ActivationClient } from '#shared/client/client.ts'
import { Cell } from '../../base/cell.ts'
import { clock } from '../../base/ports.ts'
import { showToast } from '../../parts/toasts.ts'
import { removeSamples, restoreSamples, type SampleRecord, type SamplesOutcome } from './sample-records.ts'

/** What is done with the samples at the moment: pages show them only when all of them are there. */
export interface SampleTask {
  readonly state: 'idle' | 'adding' | 'removing'
  /** Why the last one ended before its end, in sentences. */
  readonly problem?: string
}

export const sample_task = new Cell<SampleTask>({ state: 'idle' })

export async function bringSamples(client: ActivationClient): Promise<void> {
  sample_task.set({ state: 'adding' })
  const { addSamples } = await import('./sample-data.ts')
  const { records, problem } = await addSamples(client, clock.nowMs())
  if (!isDone('The sample data were not all added.', problem)) return
  const undo = { run: async () => void (await takeAway(client)) }
  showToast({ words: `${records.length} sample records are here`, icon: Boxes, undo })
}

export async function dropSamples(client: ActivationClient): Promise<void> {
  const { records, problem } = await takeAway(client)
  if (!isDone('The sample data were not all removed.', problem)) return
  showToast({ words: 'Removed the sample data', icon: Trash2, undo: { run: () => bringBack(client, records) } })
}

async function takeAway(client: ActivationClient): Promise<SamplesOutcome> {
  sample_task.set({ state: 'removing' })
  const outcome = await removeSamples(client)
  sample_task.set({ state: 'idle' })
  return outcome
}

async function bringBack(client: ActivationClient, records: readonly SampleRecord[]): Promise<void> {
  sample_task.set({ state: 'adding' })
  const { problem } = await restoreSamples(client, records)
  isDone('The sample data are not all back.', problem)
}

function isDone(words: string, problem: string | undefined): boolean {
  sample_task.set({ state: 'idle', ...(problem !== undefined && { problem: `${words} ${problem}` }) })
  return problem === undefined
}
