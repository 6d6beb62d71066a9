import type { ActivationClient } from '#shared/client/client.ts'
import type { RecordNoun } from '#shared/client/store/entries.ts'
import type { ChangeOutcome } from '#shared/client/store/user-changes.ts'
import { listOf, samplesOf } from '../../store/records.ts'

/** Records to look around with, as they are on this device. Each has the mark `sample` in its metadata. */

export type SampleClient = Pick<ActivationClient, 'list' | 'create' | 'change' | 'delete' | 'restore'>

export interface SampleRecord {
  readonly noun: RecordNoun
  readonly id: string
}

export interface SamplesOutcome {
  readonly records: readonly SampleRecord[]
  /** Why it stopped before the end, in a sentence. */
  readonly problem?: string
}

/** What refers to others goes first, and comes last. */
const NOUNS: readonly RecordNoun[] = ['distribution', 'platform', 'audience']

/** A change was not kept. */
export class Stopped extends Error {}

/** @throws Stopped */
export function idOf(outcome: ChangeOutcome): string {
  if (outcome.ok) return outcome.id
  throw new Stopped(outcome.problem.message)
}

/** Everything that has the mark, on whichever device it was brought. */
export function sampleRecords(client: Pick<ActivationClient, 'list'>): readonly SampleRecord[] {
  return NOUNS.flatMap((noun) => samplesOf(listOf(client, noun)).map(({ id }) => ({ noun, id })))
}

/** What of them the user has changed goes, too. */
export async function removeSamples(client: SampleClient): Promise<SamplesOutcome> {
  return await forEach(sampleRecords(client), ({ noun, id }) => client.delete(noun, id))
}

/** Undoes their removal. */
export async function restoreSamples(client: SampleClient, records: readonly SampleRecord[]): Promise<SamplesOutcome> {
  return await forEach(records.toReversed(), ({ noun, id }) => client.restore(noun, id))
}

async function forEach(
  all: readonly SampleRecord[],
  change: (record: SampleRecord) => Promise<ChangeOutcome>,
): Promise<SamplesOutcome> {
  const records: SampleRecord[] = []
  try {
    for (const record of all) {
      idOf(await change(record))
      records.push(record)
    }
    return { records }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    return { records, problem: error.message }
  }
}
