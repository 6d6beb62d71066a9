import type { ParameterText } from '#shared/contract/openapi-texts.ts'
import { AUDIENCE, DISTRIBUTION, PLATFORM } from './records.ts'

/** By name, for the parameters of paths, queries and headers. */
const PARAMETER_TEXTS: Readonly<Record<string, ParameterText>> = {
  audience_id: { description: 'The id of an audience.', example: AUDIENCE.audience_id },
  platform_id: { description: 'The id of a platform.', example: PLATFORM.platform_id },
  distribution_id: { description: 'The id of a distribution.', example: DISTRIBUTION.distribution_id },
  version: { description: 'A version that the list of versions names.', example: '1' },
  user_id: { description: '`me`, or the user of the token.', example: 'me' },
  data_type: { description: 'Only those of this type.', example: 'first_party' },
  platform_type: { description: 'Only those of this type.', example: 'the_trade_desk' },
  tag: { description: 'Only those whose `metadata.tags` has it; of several, all of them.', example: ['spring'] },
  sort: {
    description:
      'By name (in either case), size (unknown ones last), time of creation or last change; `-` = the greatest first. Rows that are ' +
      'equal come newest first. A cursor belongs to its sort.',
    example: '-size',
  },
  q: { description: 'Only those whose name, description or query has this text.', example: 'green' },
  limit: { description: 'Rows of a page, 1–200; 50 without it.', example: 50 },
  cursor: {
    description: '`next_cursor` of the previous page.',
    example: 'WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd',
  },
  view: {
    description: '`full` = whole records, as old clients expect; in lists by age (`-created_at`) only.',
    example: 'full',
  },
  format: { description: '`json` without it.', example: 'csv' },
  bom: {
    description: '`true`: the CSV file begins with a byte order mark, without which Excel misreads `ü`.',
    example: 'true',
  },
  from: { description: 'Created at or after this moment, or day of UTC.', example: '2025-05-01' },
  to: {
    description: 'Created before this moment, or until the end of this day of UTC.',
    example: '2025-05-31T12:00:00Z',
  },
  if_unused: { description: '`true`: only while nothing uses it; otherwise 409 `in-use`.', example: 'true' },
  months: { description: 'How many months back, this one included; 12 without it.', example: 12 },
  client_id: { example: 'cli_01h455vb4pex5vsknk084sn02q' },
  deep: { example: '1' },
  dry_run: { example: 'true' },
  'Idempotency-Key': { example: '5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42' },
  'If-Match': { example: '"3"' },
  'If-None-Match': { example: '"3"' },
}

/** `status` has the words of its kind: the first of these that its schema allows. */
const STATUSES = ['active', 'connected', 'completed']

export function parameterText(name: string, schema: object): ParameterText | undefined {
  if (name !== 'status') return PARAMETER_TEXTS[name]
  const allowed = JSON.stringify(schema)
  const example = STATUSES.find((status) => allowed.includes(`"${status}"`))
  return { description: 'Only those of this status.', example }
}
