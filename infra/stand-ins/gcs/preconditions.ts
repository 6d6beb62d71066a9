/**
 * The four preconditions of every object method, for the object itself and for the source of a copy.
 * Source: https://cloud.google.com/storage/docs/request-preconditions
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Version } from './catalog.ts'
import { conditionNotMet, invalid, notModified } from './refusals.ts'
import { entityTag } from './resources.ts'

export interface Preconditions {
  generation_match?: number
  generation_not_match?: number
  metageneration_match?: number
  metageneration_not_match?: number
}

/** Reads `ifGenerationMatch` and the others; with `prefix` `ifSource`, those of the source. */
export function parsePreconditions(query: URLSearchParams, prefix: 'if' | 'ifSource' = 'if'): Preconditions {
  const preconditions: Preconditions = {}
  const read = (parameter: string) => parseGeneration(query, prefix + parameter)
  const generation_match = read('GenerationMatch')
  const generation_not_match = read('GenerationNotMatch')
  const metageneration_match = read('MetagenerationMatch')
  const metageneration_not_match = read('MetagenerationNotMatch')
  if (generation_match !== undefined) preconditions.generation_match = generation_match
  if (generation_not_match !== undefined) preconditions.generation_not_match = generation_not_match
  if (metageneration_match !== undefined) preconditions.metageneration_match = metageneration_match
  if (metageneration_not_match !== undefined) preconditions.metageneration_not_match = metageneration_not_match
  return preconditions
}

/**
 * A generation or metageneration in a query. An empty one is refused too: a precondition must never be lost on the way.
 * @throws Refusal 400 when it is no int64
 */
export function parseGeneration(query: URLSearchParams, parameter: string): number | undefined {
  const text = query.get(parameter)
  if (text === null) return undefined
  return parseInt64(parameter, text)
}

/** An int64 as the JSON API takes it: in decimal, as a text or a number. @throws Refusal 400 */
export function parseInt64(field: string, value: unknown): number {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text === 'string' && /^-?\d{1,19}$/.test(text)) return Number(text)
  throw invalid(`Invalid value for ${field}: ${JSON.stringify(value)?.slice(0, 40)}`)
}

/**
 * 412 when the version is not the one asked for, then 304 when it is the one that must not be: of methods that change
 * something as of those that read. An absent object (`version` undefined) has generation 0.
 *
 * "If no live object exists, the precondition fails" is the reference's word on ifGenerationNotMatch, whatever its
 * value. Of the metageneration of an absent object it says nothing; Google's own test server takes it for 0.
 */
export function checkPreconditions(preconditions: Preconditions, version: Counted | undefined): void {
  const { generation_match, generation_not_match, metageneration_match, metageneration_not_match } = preconditions
  const { generation, metageneration } = version ?? { generation: 0, metageneration: 0 }
  const is_other =
    (generation_match !== undefined && generation_match !== generation) ||
    (metageneration_match !== undefined && metageneration_match !== metageneration)
  if (is_other) throw conditionNotMet()
  const is_known =
    (generation_not_match !== undefined && (version === undefined || generation_not_match === generation)) ||
    (metageneration_not_match !== undefined && metageneration_not_match === metageneration)
  if (is_known) throw notModified(version ? { etag: entityTag(version) } : {})
}

/** The preconditions that a read may also give as headers, by entity tag. @throws Refusal 412, 304 */
export function checkEntityTags(headers: IncomingHttpHeaders, version: Counted): void {
  const tag = entityTag(version)
  if (headers['if-match'] !== undefined && !names(headers['if-match'], tag)) throw conditionNotMet()
  if (headers['if-none-match'] !== undefined && names(headers['if-none-match'], tag)) throw notModified({ etag: tag })
}

type Counted = Pick<Version, 'generation' | 'metageneration'>

/** Whether a list of tags, quoted or not, has this one. A tag of ours has no comma. */
function names(list: string, tag: string): boolean {
  const tags = list.split(',').map((item) => item.trim().replace(/^(?:W\/)?"(.*)"$/, '$1'))
  return tags.includes('*') || tags.includes(tag)
}
