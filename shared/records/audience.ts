import * as z from 'zod/mini'

import { count, freeObject, metadata, NAME_LENGTH_MAX, text } from './fields.ts'
import { defineRecordKind, READ_ONLY_SHAPE, type RowOf } from './record-kind.ts'
import { echoedMembers, requiredWithout, sentFields, sentId, withoutMembers } from './sent-fields.ts'

/** An audience: what a marketer asked for in plain words, and the variables and segments that came of it. */

export const audienceStatus = z.enum(['draft', 'active', 'archived'])
export const audienceDataType = z.enum(['first_party', 'third_party', 'clean_room'])

const variableDetail = z.strictObject({
  code: text(200),
  description: z.nullish(text(2000)),
  relevance_score: z.nullish(z.number().check(z.minimum(0), z.maximum(1))),
  type: z.nullish(text(100)),
  category: z.nullish(text(200)),
})

const segment = z.strictObject({
  segment_id: z.union([z.int(), text(200)]),
  name: z.nullish(text(200)),
  size: z.nullish(count),
  size_percentage: z.nullish(z.number().check(z.minimum(0), z.maximum(100))),
  characteristics: z.nullish(freeObject),
  prizm_segments: z.nullish(z.array(text(100)).check(z.maxLength(100))),
})

/** Everything a client may set, whole and in its final form. Summary fields first; file order follows. */
export const audienceFields = z.strictObject({
  status: audienceStatus,
  data_type: z.nullable(audienceDataType),
  name: text(NAME_LENGTH_MAX).check(z.minLength(1)),
  description: z.nullable(text(5000)),
  original_query: z.nullable(text(10_000)),
  enhanced_name: z.nullable(text(500)),
  natural_language_criteria: z.nullable(text(10_000)),
  total_audience_size: z.nullable(count),
  audience_size: z.nullable(count),
  selected_variables: z.array(text(200)).check(z.maxLength(1000)),
  insights: z.array(text(2000)).check(z.maxLength(100)),
  metadata,
  variable_details: z.array(variableDetail).check(z.maxLength(1000)),
  segments: z.array(segment).check(z.maxLength(1000)),
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
  ...z.omit(audienceFields, { variable_details: true, segments: true }).shape,
  segment_count: count,
  variable_count: count,
})

/** What answers show and no client sets. */
const ECHOED_NAMES = [
  'created_at',
  'updated_at',
  'version',
  'deleted',
  'client_id',
  'updated_by',
  'segment_count',
  'variable_count',
] as const
const withoutEchoed = withoutMembers(ECHOED_NAMES)

const sent = z.strictObject({
  ...sentFields(audienceFields.shape),
  ...echoedMembers(ECHOED_NAMES),
  audience_id: sentId,
})

/** Body of a creation or of a save with an id: any of the fields; null = back to the default. */
export const audienceInput = z.pipe(sent.check(requiredWithout('audience_id', 'name')), z.transform(withoutEchoed))

/** Body of a merge patch (RFC 7396): null removes, objects merge. The merged record is validated as a whole. */
export const audiencePatch = z.pipe(
  z.extend(sent, { metadata: z.nullish(z.record(z.string(), z.unknown())) }),
  z.transform(withoutEchoed),
)

export const AUDIENCES = defineRecordKind({
  name: 'audiences',
  noun: 'audience',
  id_prefix: 'aud',
  id_column: 'audience_id',
  partitioned_by: 'month',
  fields: audienceFields,
  server: {},
  // A listing tells how many segments there are without decoding them.
  derived: { segment_count: z.int() },
  derive: ({ segments }) => ({ segment_count: segments.length }),
  derived_from: ['segments'],
  hidden: {},
  details: ['variable_details', 'segments'],
  statistics: ['data_type'],
  immutable_fields: [],
  progress_fields: [],
  defaults: AUDIENCE_DEFAULTS,
  transitions: { draft: ['active', 'archived'], active: ['archived'], archived: ['active'] },
})
export type AudienceRow = RowOf<typeof AUDIENCES>
