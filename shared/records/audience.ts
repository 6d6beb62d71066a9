import * as z from 'zod'

import { columnsOf } from './columns.ts'
import { count, freeObject, metadata, text } from './fields.ts'
import { READ_ONLY_SHAPE, SYSTEM_SHAPE, type RecordKind } from './record-kind.ts'

/** An audience: what a marketer asked for in plain words, and the variables and segments that came of it. */

export const audienceStatus = z.enum(['draft', 'active', 'archived'])
export const audienceDataType = z.enum(['first_party', 'third_party', 'clean_room'])

const variableDetail = z.strictObject({
  code: text(200),
  description: text(2000).nullish(),
  relevance_score: z.number().min(0).max(1).nullish(),
  type: text(100).nullish(),
  category: text(200).nullish(),
})

const segment = z.strictObject({
  segment_id: z.union([z.int(), text(200)]),
  name: text(200).nullish(),
  size: count.nullish(),
  size_percentage: z.number().min(0).max(100).nullish(),
  characteristics: freeObject.nullish(),
  prizm_segments: z.array(text(100)).max(100).nullish(),
})

/** Everything a client may set, whole and in its final form. Summary fields first; file order follows. */
export const audienceFields = z.strictObject({
  status: audienceStatus,
  data_type: audienceDataType.nullable(),
  name: text(200).min(1),
  description: text(5000).nullable(),
  original_query: text(10_000).nullable(),
  enhanced_name: text(500).nullable(),
  natural_language_criteria: text(10_000).nullable(),
  total_audience_size: count.nullable(),
  audience_size: count.nullable(),
  selected_variables: z.array(text(200)).max(1000),
  insights: z.array(text(2000)).max(100),
  metadata,
  variable_details: z.array(variableDetail).max(1000),
  segments: z.array(segment).max(1000),
})
type AudienceFields = z.output<typeof audienceFields>

/** What a field is when nothing was said about it. `name` has no default: it is the one thing to say. */
const AUDIENCE_DEFAULTS: Omit<AudienceFields, 'name'> = {
  status: 'active',
  data_type: null,
  description: null,
  original_query: null,
  enhanced_name: null,
  natural_language_criteria: null,
  total_audience_size: null,
  audience_size: null,
  selected_variables: [],
  insights: [],
  metadata: {},
  variable_details: [],
  segments: [],
}

/** The shape of a whole audience in an answer, for the contract. */
export const audience = z.object({ audience_id: z.string(), ...READ_ONLY_SHAPE, ...audienceFields.shape })

/** The shape of an audience in a listing. */
export const audienceSummary = z.object({
  audience_id: z.string(),
  ...READ_ONLY_SHAPE,
  ...audienceFields.omit({ variable_details: true, segments: true }).shape,
  segment_count: count,
  variable_count: count,
})

/** Fields that a client may echo back: accepted and ignored. */
const ECHOED_FIELDS = ['created_at', 'updated_at', 'version', 'deleted', 'client_id', 'segment_count', 'variable_count']
const echoed = Object.fromEntries(ECHOED_FIELDS.map((name) => [name, z.unknown().optional()]))

function isNil(value: unknown): boolean {
  return value === null || value === undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutEchoed<T extends Record<string, unknown>>(input: T): T {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !ECHOED_FIELDS.includes(name))) as T
}

const sentFields = z.strictObject(
  Object.fromEntries(Object.entries(audienceFields.shape).map(([name, field]) => [name, z.nullish(field)])) as {
    [Name in keyof AudienceFields]: z.ZodOptional<z.ZodNullable<(typeof audienceFields.shape)[Name]>>
  },
)
/** Body of a creation or of a save with an id: any of the fields; null = back to the default. */
export const audienceInput = sentFields
  .extend({ ...echoed, audience_id: z.string().max(300).optional() })
  .refine((sent) => !isRecord(sent) || !isNil(sent['audience_id']) || !isNil(sent['name']), {
    path: ['name'],
    error: 'is required',
    // Also when other fields are bad: all of them are named at once.
    when: () => true,
  })
  .transform(withoutEchoed)

/** Body of a merge patch (RFC 7396): null removes, objects merge. The merged record is validated as a whole. */
export const audiencePatch = sentFields
  .extend({
    ...echoed,
    audience_id: z.string().max(300).optional(),
    metadata: z.record(z.string(), z.unknown()).nullish(),
  })
  .transform(withoutEchoed)

const DETAIL_COLUMNS: readonly string[] = ['variable_details', 'segments']

export const AUDIENCES: RecordKind = {
  name: 'audiences',
  noun: 'audience',
  id_prefix: 'aud',
  id_column: 'audience_id',
  partitioned_by: 'month',
  columns: columnsOf({ audience_id: z.string(), ...SYSTEM_SHAPE, ...audienceFields.shape, segment_count: z.int() }, [
    'audience_id',
    'created_at',
    'updated_at',
    'version',
    'rev',
    'deleted',
    'status',
    'data_type',
  ]).toSorted((a, b) => Number(DETAIL_COLUMNS.includes(a.name)) - Number(DETAIL_COLUMNS.includes(b.name))),
  detail_columns: DETAIL_COLUMNS,
  // A listing tells how many segments there are without decoding them.
  derive: ({ segments }) => ({ segment_count: (segments as readonly unknown[]).length }),
  hidden_columns: [],
  immutable_fields: [],
  fields: audienceFields,
  defaults: AUDIENCE_DEFAULTS,
  transitions: { draft: ['active', 'archived'], active: ['archived'], archived: ['active'] },
}
