import * as z from 'zod/mini'

import type { JsonRecord } from '#shared/client/store/entries.ts'
import { audienceDataType } from '#shared/records/audience.ts'

/** An audience while it is being made: what is typed, as it is typed. It is kept on this device and never sent. */

export const DATA_TYPES = audienceDataType.options
export type DataType = (typeof DATA_TYPES)[number]

/** What cannot be read costs only itself. */
function orElse<Schema extends z.ZodMiniType>(schema: Schema, fallback: z.output<Schema>) {
  // This one is not a promise's.
  // oxlint-disable-next-line promise/valid-params
  return z.catch(schema, fallback)
}

const draftVariable = z.object({
  code: z.string(),
  description: orElse(z.string(), ''),
  category: orElse(z.string(), ''),
  type: orElse(z.string(), ''),
  /** In percent, as typed; empty: nobody has said it. */
  relevance: orElse(z.string(), ''),
})

const draftSuggestion = z.object({
  ...draftVariable.shape,
  /** Whether it becomes a variable when the suggestions are confirmed. */
  is_kept: orElse(z.boolean(), true),
})

const draftSegment = z.object({
  segment_id: z.union([z.int(), z.string()]),
  name: orElse(z.string(), ''),
  /** What makes it one, in a line. */
  note: orElse(z.string(), ''),
  /** As typed; empty: not known yet. */
  size: orElse(z.string(), ''),
  /** Whether it becomes a part of the audience. */
  is_kept: orElse(z.boolean(), true),
  /** What the builder does not show stays as it came. */
  characteristics: orElse(z.record(z.string(), z.unknown()), {}),
  prizm_segments: orElse(z.array(z.string()), []),
})

const builderDraft = z.object({
  words: orElse(z.string(), ''),
  data_type: orElse(z.nullable(audienceDataType), null),
  variables: listOf(draftVariable),
  /** What a service has suggested, and nobody has confirmed yet. */
  suggestions: listOf(draftSuggestion),
  segments: listOf(draftSegment),
  is_confirmed: orElse(z.boolean(), false),
  name: orElse(z.string(), ''),
  campaign: orElse(z.string(), ''),
  tags: listOf(z.string()),
})

export type DraftVariable = z.output<typeof draftVariable>
export type DraftSuggestion = z.output<typeof draftSuggestion>
export type DraftSegment = z.output<typeof draftSegment>
export type BuilderDraft = z.output<typeof builderDraft>

/** An entry that cannot be read costs only itself. */
function listOf<Entry extends z.ZodMiniType>(entry: Entry) {
  const read = z.transform((list: unknown[]): z.output<Entry>[] =>
    list.flatMap((one) => {
      const { data, success } = z.safeParse(entry, one)
      return success ? [data] : []
    }),
  )
  return z.pipe(orElse(z.array(z.unknown()), []), read)
}

/** What is read of `{}`. */
export const EMPTY_DRAFT: BuilderDraft = {
  words: '',
  data_type: null,
  variables: [],
  suggestions: [],
  segments: [],
  is_confirmed: false,
  name: '',
  campaign: '',
  tags: [],
}

/** What an earlier page kept, of this release or another. */
export function draftIn(value: JsonRecord): BuilderDraft {
  return z.parse(builderDraft, value)
}

const FORM_PREFIX = 'audience:'

/** The name of the form of an audience in the drafts of the client. */
export function formOf(audience_id: string): string {
  return `${FORM_PREFIX}${audience_id}`
}

/** The audience of a form; undefined: it is a form of something else. */
export function audienceIdOf(form: string): string | undefined {
  return form.startsWith(FORM_PREFIX) ? form.slice(FORM_PREFIX.length) : undefined
}

const NAME_LENGTH = 60

/** What the audience is called: what the user has typed, or the beginning of the description. Empty: there is neither. */
export function nameOf({ name, words }: Pick<BuilderDraft, 'name' | 'words'>): string {
  const typed = name.trim()
  if (typed !== '') return typed
  const line = words
    .trim()
    .replaceAll(/\s+/g, ' ')
    .split(/(?<=\p{L})[.!?;](?:\s|$)/u, 1)[0]!
  if (line.length <= NAME_LENGTH) return capital(line)
  const cut = line.slice(0, NAME_LENGTH + 1)
  const end = cut.lastIndexOf(' ')
  return capital(`${(end > NAME_LENGTH / 2 ? cut.slice(0, end) : cut.slice(0, NAME_LENGTH)).trimEnd()}…`)
}

function capital(text: string): string {
  const [first = ''] = text
  return first.toUpperCase() + text.slice(first.length)
}
