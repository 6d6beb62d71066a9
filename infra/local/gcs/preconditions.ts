/**
 * The four preconditions of every object method, for the object itself and for the source of a copy.
 * Source: https://cloud.google.com/storage/docs/request-preconditions
 */
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

/** A generation or metageneration in a query. @throws Refusal 400 when it is no such number */
export function parseGeneration(query: URLSearchParams, parameter: string): number | undefined {
  const text = query.get(parameter)
  if (text === null || text === '') return undefined
  const value = Number(text)
  if (!/^-?\d{1,19}$/.test(text)) throw invalid(`Invalid value for ${parameter}: ${JSON.stringify(text.slice(0, 40))}`)
  return value
}

/**
 * For methods that change something: 412 when one does not hold. An absent object has generation 0, and no
 * metageneration at all.
 */
export function checkBeforeWrite(preconditions: Preconditions, version: Counted | undefined): void {
  if (!matches(preconditions, version) || !differs(preconditions, version)) throw conditionNotMet()
}

/** For methods that read an object that is there: 412 when it is not the one asked for, 304 when it is the one known. */
export function checkBeforeRead(preconditions: Preconditions, version: Version): void {
  if (!matches(preconditions, version)) throw conditionNotMet()
  if (!differs(preconditions, version)) throw notModified({ etag: entityTag(version) })
}

type Counted = Pick<Version, 'generation' | 'metageneration'>

function matches(preconditions: Preconditions, version: Counted | undefined): boolean {
  const { generation_match, metageneration_match } = preconditions
  if (generation_match !== undefined && generation_match !== (version?.generation ?? 0)) return false
  return metageneration_match === undefined || metageneration_match === version?.metageneration
}

function differs(preconditions: Preconditions, version: Counted | undefined): boolean {
  const { generation_not_match, metageneration_not_match } = preconditions
  if (generation_not_match !== undefined && generation_not_match === (version?.generation ?? 0)) return false
  return metageneration_not_match === undefined || metageneration_not_match !== version?.metageneration
}
