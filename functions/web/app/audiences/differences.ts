import { isObject } from '#shared/base/is-object.ts'
import { isSameJson } from '#shared/base/same-json.ts'
import type { JsonRecord } from '#shared/client/store/entries.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { numberOf } from '../format/numbers.ts'
import { fieldInWords } from './field-words.ts'

/** What differs between two states of an audience, in words that a table shows. Pure. */
export interface Difference {
  /** The column, or the member of a free one: `metadata.tags`. */
  readonly field: string
  /** As people call it: "Early risers, records". */
  readonly label: string
  /** Null: nothing. */
  readonly before: string | null
  readonly after: string | null
}

const FIELDS = Object.keys(AUDIENCES.fields.shape)

/** @param before what is known of it: a field that is absent is not compared */
export function differencesOf(before: JsonRecord, after: JsonRecord): readonly Difference[] {
  return FIELDS.filter((field) => Object.hasOwn(before, field) && Object.hasOwn(after, field)).flatMap((field) => {
    const [was, is] = [before[field] ?? null, after[field] ?? null]
    if (isSameJson(was, is)) return []
    if (field === 'segments') return segmentDifferences(was, is)
    if (field === 'metadata') return memberDifferences(was, is)
    if (field === 'variable_details') return []
    return [{ field, label: fieldInWords(field), before: valueInWords(field, was), after: valueInWords(field, is) }]
  })
}

function memberDifferences(was: unknown, is: unknown): readonly Difference[] {
  const [before, after] = [isObject(was) ? was : {}, isObject(is) ? is : {}]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names
    .filter((name) => !isSameJson(before[name] ?? null, after[name] ?? null))
    .map((name) => {
      const field = `metadata.${name}`
      return {
        field,
        label: fieldInWords(field),
        before: valueInWords(field, before[name] ?? null),
        after: valueInWords(field, after[name] ?? null),
      }
    })
}

function segmentDifferences(was: unknown, is: unknown): readonly Difference[] {
  const [before, after] = [segmentsById(was), segmentsById(is)]
  const ids = [...new Set([...before.keys(), ...after.keys()])]
  const found = ids.flatMap((id): readonly Difference[] => {
    const [one, other] = [before.get(id), after.get(id)]
    const name = nameOf(other ?? one, id)
    const ofSegment = (what: string, was_text: string | null, is_text: string | null): Difference => ({
      field: 'segments',
      label: what === '' ? `Segment ${name}` : `${name}, ${what}`,
      before: was_text,
      after: is_text,
    })
    if (!one || !other) return [ofSegment('', one ? sizeInWords(one) : null, other ? sizeInWords(other) : null)]
    return [
      ...(isSameJson(one['name'] ?? null, other['name'] ?? null)
        ? []
        : [ofSegment('name', nameOf(one, id), nameOf(other, id))]),
      ...(isSameJson(one['size'] ?? null, other['size'] ?? null)
        ? []
        : [ofSegment('records', sizeInWords(one), sizeInWords(other))]),
    ]
  })
  if (found.length > 0) return found
  return [{ field: 'segments', label: fieldInWords('segments'), before: countOf(before), after: countOf(after) }]
}

function segmentsById(value: unknown): ReadonlyMap<unknown, Readonly<Record<string, unknown>>> {
  const segments = Array.isArray(value) ? value.filter(isObject) : []
  return new Map(segments.map((segment, at) => [segment['segment_id'] ?? at, segment]))
}

function nameOf(segment: Readonly<Record<string, unknown>> | undefined, id: unknown): string {
  const name = segment?.['name']
  return typeof name === 'string' && name !== '' ? name : `Segment ${String(id)}`
}

function sizeInWords({ size }: Readonly<Record<string, unknown>>): string {
  return typeof size === 'number' ? numberOf(size) : 'Size not known yet'
}

function countOf(segments: ReadonlyMap<unknown, unknown>): string {
  return `${segments.size} with other details`
}

const STATUS_WORDS: Readonly<Record<string, string>> = {
  draft: 'Draft',
  active: 'Active',
  archived: 'Archived',
  first_party: 'First-party',
  third_party: 'Third-party',
  clean_room: 'Clean room',
}

/** @returns null: there is nothing */
export function valueInWords(field: string, value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null
  if (typeof value === 'number') return numberOf(value)
  if (typeof value === 'string') {
    return field === 'status' || field === 'data_type' ? (STATUS_WORDS[value] ?? value) : value
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return null
    if (field === 'segments') return `${value.length} ${value.length === 1 ? 'segment' : 'segments'}`
    return value.every((one) => typeof one === 'string') ? value.join(', ') : JSON.stringify(value)
  }
  return JSON.stringify(value)
}
