import { audienceDataType, audienceFields, audienceStatus, AUDIENCES } from '#shared/records/audience.ts'
import type { ColumnOf } from '#shared/records/record-kind.ts'
import type { SourceFields } from '../readers/source-fields.ts'
import type { ImportKind, TidiedRow } from './import-kind.ts'
import { spelledAs } from './old-names.ts'

export const AUDIENCES_IMPORT: ImportKind = {
  kind: AUDIENCES,
  sizes: ['total_audience_size', 'audience_size'] satisfies ColumnOf<typeof AUDIENCES>[],
  free_objects: ['metadata'] satisfies ColumnOf<typeof AUDIENCES>[],
  nested: [
    {
      column: 'segments',
      known: Object.keys(audienceFields.shape.segments.def.element.shape),
      sizes: ['size'],
      unknown_into: 'characteristics',
    },
    { column: 'variable_details', known: Object.keys(audienceFields.shape.variable_details.def.element.shape) },
  ],
  quotes_values: true,
  tidy,
}

function tidy(source: SourceFields): TidiedRow {
  return {
    source: {
      ...source,
      ...spelledAs(source, 'status', audienceStatus.options),
      ...spelledAs(source, 'data_type', audienceDataType.options),
    },
    remarks: [],
  }
}
