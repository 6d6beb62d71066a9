import { isObject } from '#shared/base/is-object.ts'
import { isSameJson } from '#shared/base/same-json.ts'
import { csvTableOf } from '../../../files/csv.ts'
import { ENTRIES_MAX, LENGTHS } from './checks.ts'
import type { DraftSegment } from './draft.ts'
import { sizeIn } from './sizes.ts'

/** Segments that come from elsewhere: a file, a text, or the answer of a service. */
export interface FoundSegments {
  readonly segments: readonly FoundSegment[]
  /** Why others cannot be taken, each in words that say where it stands. */
  readonly left_out: readonly string[]
}

/** `segment_id` null: it gets one when it is taken in. */
export interface FoundSegment extends Omit<DraftSegment, 'segment_id' | 'is_kept'> {
  readonly segment_id: number | string | null
}

/** What taking in would do. */
export interface SegmentMerge {
  readonly segments: readonly DraftSegment[]
  readonly added: number
  /** Segments that are there and get what the file says. */
  readonly updated: number
  readonly unchanged: number
  /** Beyond what an audience can have. */
  readonly too_many: number
}

const NAMES = {
  segment_id: ['segment_id', 'segmentid', 'id'],
  name: ['name', 'segment', 'segment_name', 'title'],
  note: ['description', 'note', 'details'],
  size: ['size', 'records', 'count', 'audience_size', 'segment_size', 'members'],
} as const

/** @param text JSON (a list, or an object with `segments`) or CSV with a column for the name */
export function segmentsInText(text: string): FoundSegments {
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  if (trimmed === '') return { segments: [], left_out: ['There is nothing in it.'] }
  if (/^[[{]/.test(trimmed)) return segmentsInJson(trimmed)
  const { columns, rows, open_quote_line } = csvTableOf(text)
  if (!columns.some((column) => isOneOf(NAMES.name, column))) {
    return {
      segments: [],
      left_out: ['Its first row has no column “name”. Name the columns: name, size, description.'],
    }
  }
  const read = foundIn(rows.map(({ line, cells }) => ({ where: `Row ${line}`, value: cells })))
  if (open_quote_line === null) return read
  return {
    ...read,
    left_out: [...read.left_out, `From row ${open_quote_line} on: a quote is opened and never closed.`],
  }
}

function segmentsInJson(text: string): FoundSegments {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { segments: [], left_out: ['It begins like JSON, and is not: it may be cut off.'] }
  }
  const list = segmentListIn(value)
  if (!list) return { segments: [], left_out: ['It has no list of segments.'] }
  return foundIn(list.map((one, at) => ({ where: `Segment ${at + 1}`, value: one })))
}

/** The list itself, or the one that is called `segments`, also within `audience`. */
export function segmentListIn(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as readonly unknown[]
  if (!isObject(value)) return undefined
  const { segments, audience } = value
  return Array.isArray(segments) ? segments : isObject(audience) ? segmentListIn(audience) : undefined
}

/** @param entries what each is, and how people find it again */
export function foundIn(entries: readonly { readonly where: string; readonly value: unknown }[]): FoundSegments {
  const segments: FoundSegment[] = []
  const left_out: string[] = []
  for (const { where, value } of entries) {
    const read = foundSegment(value)
    if (typeof read === 'string') left_out.push(`${where}: ${read}`)
    else segments.push(read)
  }
  return { segments, left_out }
}

/** @returns what is wrong with it, in words, where it is none */
function foundSegment(value: unknown): FoundSegment | string {
  if (!isObject(value)) return 'it is no segment.'
  const member = (names: readonly string[]) => Object.entries(value).find(([name]) => isOneOf(names, name))?.[1]
  const name = textOf(member(NAMES.name))
  if (name === '') return 'it has no name.'
  if (name.length > LENGTHS.segment_name) return `its name has more than ${LENGTHS.segment_name} characters.`
  if (!name.isWellFormed()) return 'its name cannot be read.'
  const size_text = textOf(member(NAMES.size))
  const size = sizeIn(size_text)
  if (size === undefined) return `“${size_text.slice(0, 40)}” is not a size.`
  const characteristics = isObject(value['characteristics']) ? value['characteristics'] : {}
  const prizm_segments = value['prizm_segments']
  return {
    segment_id: idOf(member(NAMES.segment_id)),
    name,
    note: textOf(member(NAMES.note) ?? characteristics['description']).slice(0, LENGTHS.segment_note),
    size: size === null ? '' : String(size),
    characteristics,
    prizm_segments: Array.isArray(prizm_segments) ? prizm_segments.filter((one) => typeof one === 'string') : [],
  }
}

/** Takes in what was found: a segment that is there by its id, or else by its name, gets what was said of it. */
export function mergedSegments(segments: readonly DraftSegment[], found: readonly FoundSegment[]): SegmentMerge {
  const merged = [...segments]
  const places = new SegmentPlaces(segments)
  let next_id = nextSegmentId(merged)
  let [added, updated, unchanged, too_many] = [0, 0, 0, 0]
  for (const one of found) {
    const at = places.of(one)
    if (at !== undefined) {
      const next = updatedBy(merged[at]!, one)
      if (isSameJson(next, merged[at])) unchanged++
      else updated++
      merged[at] = next
    } else if (merged.length < ENTRIES_MAX) {
      const segment_id = one.segment_id !== null && places.isFree(one.segment_id) ? one.segment_id : next_id
      const number = Number(segment_id)
      if (Number.isSafeInteger(number)) next_id = Math.max(next_id, number + 1)
      places.add({ segment_id, name: one.name }, merged.length)
      merged.push({ ...one, segment_id, is_kept: true })
      added++
    } else {
      too_many++
    }
  }
  return { segments: merged, added, updated, unchanged, too_many }
}

type SegmentKey = Pick<DraftSegment, 'segment_id' | 'name'>

/** Where each segment stands in its list, by name and by id. */
class SegmentPlaces {
  readonly #by_name = new Map<string, number>()
  readonly #by_id = new Map<string, number>()
  readonly #by_both = new Map<string, number>()

  constructor(segments: readonly SegmentKey[]) {
    for (const [at, segment] of segments.entries()) this.add(segment, at)
  }

  add({ segment_id, name }: SegmentKey, at: number): void {
    const folded_name = folded(name)
    if (!this.#by_name.has(folded_name)) this.#by_name.set(folded_name, at)
    this.#by_id.set(String(segment_id), at)
    this.#by_both.set(`${segment_id} ${folded_name}`, at)
  }

  /** A file that numbers its rows names others: the same number and another name is another segment. */
  of({ segment_id, name }: FoundSegment): number | undefined {
    const folded_name = folded(name)
    return this.#by_both.get(`${segment_id} ${folded_name}`) ?? this.#by_name.get(folded_name)
  }

  isFree(segment_id: number | string): boolean {
    return !this.#by_id.has(String(segment_id))
  }
}

/** What is not said stays as it is: an unknown size does not wipe out a known one. */
function updatedBy(segment: DraftSegment, { note, size, characteristics, prizm_segments }: FoundSegment): DraftSegment {
  return {
    ...segment,
    note: note || segment.note,
    size: size || segment.size,
    characteristics: { ...segment.characteristics, ...characteristics },
    prizm_segments: prizm_segments.length > 0 ? prizm_segments : segment.prizm_segments,
  }
}

/** The next whole number: ids are compared only within their audience. */
function nextSegmentId(segments: readonly DraftSegment[]): number {
  const numbers = segments
    .map(({ segment_id }) => Number(segment_id))
    .filter((id) => Number.isSafeInteger(id) && id >= 0)
  return numbers.length === 0 ? 1 : Math.max(...numbers) + 1
}

export function newSegment(segments: readonly DraftSegment[]): DraftSegment {
  return {
    segment_id: nextSegmentId(segments),
    name: '',
    note: '',
    size: '',
    is_kept: true,
    characteristics: {},
    prizm_segments: [],
  }
}

function idOf(value: unknown): number | string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  const text = textOf(value)
  if (text === '' || text.length > 200) return null
  return /^\d{1,15}$/.test(text) ? Number(text) : text
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(
    name
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_'),
  )
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value.trim() : ''
}

function folded(text: string): string {
  return text.normalize('NFC').trim().toLocaleLowerCase()
}
