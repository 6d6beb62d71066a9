import { audienceFields, AUDIENCES } from '#shared/records/audience.ts'
import type { ColumnOf } from '#shared/records/record-kind.ts'
import type { ImportKind } from './import-kind.ts'

export const AUDIENCES_IMPORT: ImportKind = {
  kind: AUDIENCES,
  free_objects: ['metadata'] satisfies ColumnOf<typeof AUDIENCES>[],
  nested: [
    {
      column: 'segments',
      known: Object.keys(audienceFields.shape.segments.def.element.shape),
      unknown_into: 'characteristics',
    },
    { column: 'variable_details', known: Object.keys(audienceFields.shape.variable_details.def.element.shape) },
  ],
}
