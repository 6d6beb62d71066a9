import { canonicalSpelling } from '#shared/base/ids.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import type { RecordValue } from '#shared/records/rows.ts'

/** Kinds that distributions refer to, by the column that is the id of each. */
export const REFERENCES = [AUDIENCES, PLATFORMS] as const

/** A record of any kind with the ids that it refers to in one spelling, however a device or the old system spells them. */
export function withCanonicalReferences({ name }: RecordKind, value: RecordValue): RecordValue {
  if (name !== DISTRIBUTIONS.name) return value
  const spelled = REFERENCES.flatMap((kind) => {
    const id = value[kind.id_column]
    return typeof id === 'string' ? [[kind.id_column, canonicalSpelling(kind, id)] as const] : []
  })
  return { ...value, ...Object.fromEntries(spelled) }
}
