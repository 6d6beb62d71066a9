import type { ActivationClient } from '#shared/client/client.ts'
import type { JsonRecord } from '#shared/client/store/entries.ts'
import type { ChangeOutcome } from '#shared/client/store/user-changes.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { copiedFields } from '#shared/records/copied-fields.ts'
import { copyName } from '#shared/records/copies.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { Shown } from './records.ts'

const KINDS = { audience: AUDIENCES, platform: PLATFORMS } as const

type Copied = keyof typeof KINDS
export type DuplicatingClient = Pick<ActivationClient, 'list' | 'create'>

/** The fields of a copy, as the service copies. A copy of a sample is no sample: its user means to keep it. */
export function copyOf<Noun extends Copied>(
  noun: Noun,
  { id, record }: Pick<Shown<Noun>, 'id' | 'record'>,
  names: Iterable<string>,
): JsonRecord & { readonly name: string } {
  const kind = KINDS[noun]
  const name = copyName(record.name, names)
  const metadata = Object.fromEntries(Object.entries(record.metadata).filter(([member]) => member !== 'sample'))
  return { ...copiedFields(kind, { ...record, metadata, [kind.id_column]: id }, name), name }
}

/** Makes a copy on this device. @returns what it is called, and how that ended */
export async function duplicate<Noun extends Copied>(
  client: DuplicatingClient,
  noun: Noun,
  original: Pick<Shown<Noun>, 'id' | 'record'>,
): Promise<{ readonly name: string; readonly outcome: ChangeOutcome }> {
  const names = client.list(noun).map(({ record }) => String(record['name']))
  const copy = copyOf(noun, original, names)
  return { name: copy.name, outcome: await client.create(noun, copy) }
}
