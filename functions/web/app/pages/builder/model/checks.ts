import type { FieldError } from '#shared/base/problem.ts'
import { countOf, numberOf } from '../../../format/numbers.ts'
import { type BuilderDraft, nameOf } from './draft.ts'
import { keptSegments } from './record.ts'
import { percentIn, RELEVANCE_WORDS } from './relevance.ts'
import { SIZE_WORDS, sizeIn } from './sizes.ts'
import type { StepId } from './steps.ts'

/** What is wrong with a draft, each in words beside its field. */
export interface DraftFault {
  readonly step: StepId
  /** As `name` or `segments.3.size`: it is also the name of the control. */
  readonly field: string
  readonly words: string
}

/** The limits of the record, as its schema has them. */
export const LENGTHS = {
  name: 200,
  words: 5000,
  campaign: 200,
  tag: 100,
  segment_name: 200,
  segment_note: 500,
} as const
export const ENTRIES_MAX = 1000

/** Everything that keeps a draft from being saved. */
export function faultsOf(draft: BuilderDraft): readonly DraftFault[] {
  return [...faultsOfWords(draft), ...faultsOfVariables(draft), ...faultsOfSegments(draft), ...faultsOfNaming(draft)]
}

function faultsOfWords({ words }: BuilderDraft): readonly DraftFault[] {
  if (words.length <= LENGTHS.words) return []
  const over = countOf(words.length - LENGTHS.words, 'character')
  return [
    {
      step: 'describe',
      field: 'words',
      words: `${over} too many: a description has ${numberOf(LENGTHS.words)} at most`,
    },
  ]
}

function faultsOfVariables({ variables }: BuilderDraft): readonly DraftFault[] {
  return variables.flatMap(({ relevance }, at) =>
    percentIn(relevance) === undefined
      ? [{ step: 'variables' as const, field: `variables.${at}.relevance`, words: RELEVANCE_WORDS }]
      : [],
  )
}

/** Segments that are left out may have anything. */
function faultsOfSegments({ segments }: BuilderDraft): readonly DraftFault[] {
  return segments.flatMap(({ name, size, is_kept }, at) => {
    if (!is_kept) return []
    const faults: DraftFault[] = []
    if (name.trim() === '') {
      faults.push({ step: 'segments', field: `segments.${at}.name`, words: 'Give this segment a name' })
    }
    if (sizeIn(size) === undefined) faults.push({ step: 'segments', field: `segments.${at}.size`, words: SIZE_WORDS })
    return faults
  })
}

function faultsOfNaming(draft: BuilderDraft): readonly DraftFault[] {
  const faults: DraftFault[] = []
  if (nameOf(draft) === '') {
    faults.push({ step: 'naming', field: 'name', words: 'Give it a name, or describe it in the first step' })
  }
  if (nameOf(draft).length > LENGTHS.name) {
    faults.push({ step: 'naming', field: 'name', words: `A name has ${LENGTHS.name} characters at most` })
  }
  return faults
}

/** Why the segments cannot be confirmed, and where that is mended. */
export interface UnconfirmedReason {
  readonly step: StepId
  readonly words: string
}

/** @returns undefined: they can be confirmed. A size that nobody knows yet is no reason */
export function unconfirmedReason(draft: BuilderDraft): UnconfirmedReason | undefined {
  const { segments, suggestions } = draft
  if (suggestions.length > 0) {
    return { step: 'variables', words: 'Confirm the suggested variables first, or leave them out.' }
  }
  if (segments.length === 0) {
    return { step: 'segments', words: 'There are no segments yet. Add one, or save it as a draft.' }
  }
  if (keptSegments(draft).length === 0) {
    return { step: 'segments', words: 'Every segment is left out. Keep one, or save it as a draft.' }
  }
  return undefined
}

const STEP_OF_COLUMN: Readonly<Record<string, StepId>> = {
  description: 'describe',
  original_query: 'describe',
  data_type: 'data-type',
  selected_variables: 'variables',
  variable_details: 'variables',
  segments: 'segments',
  name: 'naming',
  metadata: 'naming',
}

/** Where to mend what the client or the service did not take. */
export function stepOfError({ path }: FieldError): StepId {
  return STEP_OF_COLUMN[columnOf(path)] ?? 'naming'
}

/** @param path as `segments[2].size` */
export function columnOf(path: string): string {
  return /^\w+/.exec(path)?.[0] ?? ''
}
