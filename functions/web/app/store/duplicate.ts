import type { ActivationClient } from '#shared/client/client.ts'
import type { JsonRecord } from '#shared/client/store/entries.ts'
import type { ChangeOutcome } from '#shared/client/store/user-changes.ts'
import { audienceFields } from '#shared/records/audience.ts'
import { copyName } from '#shared/records/copies.ts'
import { platformFields } from '#shared/records/platform.ts'
import type { Shown } from './records.ts'

/** What a copy has of its original, and how it begins. Keys of a platform are on no device, so a copy has none. */
const COPIED = {
  audience: { fields: Object.keys(audienceFields.shape), status: 'draft', id_name: 'audience_id' },
  platform: { fields: Object.keys(platformFields.shape), status: 'pending', id_name: 'platform_id' },
} as const

type Copied = keyof typeof COPIED
export type DuplicatingClient = Pick<ActivationClient, 'list' | 'create'>

/** The fields of a copy. Its metadata says what it was copied from, and it is no sample: whoever copies one means to keep it. */
export function copyOf<Noun extends Copied>(
  noun: Noun,
  { id, record }: Pick<Shown<Noun>, 'id' | 'record'>,
  names: Iterable<string>,
): JsonRecord & { readonly name: string } {
  const { fields, status, id_name } = COPIED[noun]
  const kept = Object.fromEntries(Object.entries(record).filter(([field]) => fields.includes(field)))
  const metadata = Object.fromEntries(Object.entries(record.metadata).filter(([name]) => name !== 'sample'))
  const copied_from = { [id_name]: id, version: record.version }
  return { ...kept, status, name: copyName(record.name, names), metadata: { ...metadata, copied_from } }
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
