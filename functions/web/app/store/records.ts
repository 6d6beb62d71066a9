import type * as z from 'zod/mini'

import type { ActivationClient } from '#shared/client/client.ts'
import type { JsonRecord, RecordNoun } from '#shared/client/store/entries.ts'
import type { ShownRecord } from '#shared/client/store/overlay.ts'
import type { audience } from '#shared/records/audience.ts'
import type { distributionSummary } from '#shared/records/distribution.ts'
import type { platform } from '#shared/records/platform.ts'
import { isSameRecord } from './record-map.ts'

/** The records of this device with the types of the contract. */
export type Audience = z.output<typeof audience>
export type Platform = z.output<typeof platform>
/** Without what was handed over and its attempts: `client.details` has those. */
export type Distribution = z.output<typeof distributionSummary>

export interface RecordTypes {
  readonly audience: Audience
  readonly platform: Platform
  readonly distribution: Distribution
}

/** A record as the screen shows it, with its changes that wait. */
export interface Shown<Noun extends RecordNoun> extends Omit<ShownRecord, 'record'> {
  readonly record: RecordTypes[Noun]
}

/** Its status. Who counts ten thousand of them parses none for it. */
export function statusOf(shown: Shown<'audience'>): Audience['status'] {
  return (shown.listed?.status as Audience['status'] | undefined) ?? shown.record.status
}

/** When it was changed last, ISO 8601; also without parsing it. */
export function changedAt(shown: Shown<'audience'>): string {
  return shown.listed?.updated_at ?? shown.record.updated_at
}

/** Every record of a kind that is not deleted, as the client has it now. */
export function listOf<Noun extends RecordNoun>(
  client: Pick<ActivationClient, 'list'>,
  noun: Noun,
): readonly Shown<Noun>[] {
  // The client validates what it stores by the schemas that these types are of.
  return client.list(noun) as readonly Shown<Noun>[]
}

/** How many records an audience has, as far as anybody has said; null: not known yet. */
export function sizeOf({ total_audience_size, audience_size, segments }: Audience): number | null {
  const sizes = segments.map(({ size }) => size).filter((size) => typeof size === 'number')
  if (total_audience_size !== null) return total_audience_size
  if (audience_size !== null) return audience_size
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0)
}

export function tagsOf({ metadata }: Pick<Audience, 'metadata'>): readonly string[] {
  const tags: unknown = metadata['tags']
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []
}

/** Brought by first use, to look around; gone again in one click. */
export function isSample({ metadata }: { readonly metadata: Readonly<Record<string, unknown>> }): boolean {
  return metadata['sample'] === true
}

/** Which records are samples, looked up once for each state of one. */
const samples = new WeakMap<Shown<RecordNoun>, boolean>()

/** The samples among records; of the others none is parsed, and the text of each is searched once. */
export function samplesOf<Noun extends RecordNoun>(all: readonly Shown<Noun>[]): readonly Shown<Noun>[] {
  return all.filter((shown) => {
    const known = samples.get(shown)
    if (known !== undefined) return known
    const may_be = shown.listed?.text?.includes('"sample":true') ?? true
    const is_one = may_be && isSample(shown.record)
    samples.set(shown, is_one)
    return is_one
  })
}

/** A distribution is known by what it sends where. Before the service has added the names, those of the records here hold. */
export function distributionName(
  client: ActivationClient,
  { audience_id, audience_name, platform_id, platform_name }: Distribution,
): string {
  const nameHere = (noun: RecordNoun, id: string) => {
    const name = client.get(noun, id)?.record['name']
    return typeof name === 'string' ? name : undefined
  }
  const what = audience_name ?? nameHere('audience', audience_id) ?? 'An audience'
  const where = platform_name ?? nameHere('platform', platform_id) ?? 'a platform'
  return `${what} to ${where}`
}

/** What a record is called in a sentence; one that the service refused to make, by what it would have been. */
export function nameOf(client: ActivationClient, noun: RecordNoun, id: string): string {
  const record = client.get(noun, id)?.record ?? refusedRecord(client, noun, id)
  if (!record) return 'A record that is not on this device'
  if (noun === 'distribution') return distributionName(client, record as Shown<'distribution'>['record'])
  return String(record['name'])
}

function refusedRecord(client: ActivationClient, noun: RecordNoun, id: string): JsonRecord | undefined {
  for (const { kind, id: of_entry, change } of client.aside) {
    if (kind === noun && isSameRecord(noun, of_entry, id) && change.op === 'create') return change.value
  }
  return undefined
}
