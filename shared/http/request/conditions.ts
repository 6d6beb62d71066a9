import { Problem } from '../../base/problem.ts'
import type { Route } from '../../contract/route.ts'
import type { VersionCondition } from '../../records/version-condition.ts'

/** One element of a list of entity tags, or nothing: empty elements are allowed (RFC 9110, section 5.6.1). */
const ELEMENT = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y
const VERSION = /^[1-9][0-9]{0,15}$/

interface EntityTag {
  readonly is_weak: boolean
  readonly opaque: string
}

/** `"7"`: the entity tag of version 7 of a record. */
export function versionTag(version: number): string {
  return `"${version}"`
}

/**
 * The condition of a request on the version of its record; `undefined` without one, and where the route has no record.
 * `If-Match` compares strongly, so that a weak tag names no version; `If-None-Match` compares weakly (RFC 9110,
 * sections 13.1.1 and 13.1.2). That of a read is answered by 304 instead.
 * @throws Problem `invalid-input` for a header that is neither * nor a list of entity tags
 */
export function requestCondition(
  route: Route,
  if_match: string | undefined,
  if_none_match: string | undefined,
): VersionCondition | undefined {
  const is_change = route.conditional === true
  if (!is_change && route.answers[304] === undefined) return undefined
  if (if_match === undefined && (!is_change || if_none_match === undefined)) return undefined
  return {
    if_match: versionsNamed('If-Match', if_match, ({ is_weak }) => !is_weak),
    if_none_match: is_change ? versionsNamed('If-None-Match', if_none_match, () => true) : undefined,
  }
}

function versionsNamed(
  name: string,
  header: string | undefined,
  counts: (tag: EntityTag) => boolean,
): VersionCondition['if_match'] {
  if (header === undefined) return undefined
  const tags = entityTags(header)
  if (tags === undefined) {
    const message = 'must be * or versions in quotes, separated by commas, as ETag gives them'
    throw new Problem('invalid-input', `${name} ${message}: "3" or "3", "4"`, { errors: [{ path: name, message }] })
  }
  if (tags === 'any') return 'any'
  return tags.filter(counts).flatMap(({ opaque }) => (VERSION.test(opaque) ? [Number(opaque)] : []))
}

/** Whether `If-None-Match` is `*` or lists `etag`, compared weakly. A header that is no list of tags names nothing. */
export function noneMatchNames(header: string | undefined, etag: string): boolean {
  const tags = header === undefined ? undefined : entityTags(header)
  if (tags === undefined) return false
  return tags === 'any' || tags.some(({ opaque }) => `"${opaque}"` === etag.replace(/^W\//, ''))
}

/** The tags of a list, `any` for `*`, or `undefined` for a text that is neither. */
function entityTags(header: string): readonly EntityTag[] | 'any' | undefined {
  if (header.trim() === '*') return 'any'
  const tags: EntityTag[] = []
  let index = 0
  while (index < header.length) {
    ELEMENT.lastIndex = index
    const element = ELEMENT.exec(header)
    if (element === null) return undefined
    const [whole, weak, opaque] = element
    if (opaque !== undefined) tags.push({ is_weak: weak !== undefined, opaque })
    index += whole.length
  }
  return tags.length === 0 ? undefined : tags
}
