/**
 * One page of the objects of a bucket, in name order.
 * Source: https://cloud.google.com/storage/docs/json_api/v1/objects/list
 */
import type { Bucket, Version } from './catalog.ts'
import { invalid } from './refusals.ts'
import { compareNames } from './sorted-names.ts'

const PAGE_ENTRIES_MAX = 1000

export interface ListQuery {
  prefix: string
  delimiter: string
  start_offset: string
  end_offset: string | undefined
  page_token: string | undefined
  results_max: number
  versions: boolean
  include_trailing_delimiter: boolean
}

export interface ListPage {
  versions: Version[]
  prefixes: string[]
  next_page_token: string | undefined
}

/** Where the next page starts: after a version of a name (0: before the first), or after everything that begins with `prefix`. */
type PageToken = { name: string; generation: number } | { prefix: string }

/** @throws Refusal 400 for parameters that are wrong, or that change the meaning and are not supported here */
export function parseListQuery(query: URLSearchParams): ListQuery {
  for (const parameter of ['matchGlob', 'softDeleted', 'filter']) {
    if (query.get(parameter)) throw invalid(`${parameter} is not supported by this stand-in`)
  }
  const results_max = Number(query.get('maxResults') ?? PAGE_ENTRIES_MAX)
  if (!Number.isInteger(results_max) || results_max < 0) throw invalid('Invalid value for maxResults')
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    start_offset: query.get('startOffset') ?? '',
    end_offset: query.get('endOffset') || undefined,
    page_token: query.get('pageToken') || undefined,
    results_max: Math.min(results_max || PAGE_ENTRIES_MAX, PAGE_ENTRIES_MAX),
    versions: query.get('versions') === 'true',
    include_trailing_delimiter: query.get('includeTrailingDelimiter') === 'true',
  }
}

export function listObjects(bucket: Bucket, query: ListQuery): ListPage {
  const page: ListPage = { versions: [], prefixes: [], next_page_token: undefined }
  const token = query.page_token === undefined ? undefined : parseToken(query.page_token)
  const names = bucket.names.from(startName(query, token))
  let last: PageToken | undefined
  for (let step = names.next(); !step.done;) {
    const name = step.value
    if (!name.startsWith(query.prefix) && compareNames(name, query.prefix) > 0) break
    if (query.end_offset !== undefined && compareNames(name, query.end_offset) >= 0) break
    const found = versionsOf(bucket, name, query, token)
    const group = groupOf(name, query)
    const is_inside_group = group !== undefined && !(query.include_trailing_delimiter && name === group)
    if (found.length > 0 && group !== undefined && page.prefixes.at(-1) !== group && !isAfter(token, group)) {
      if (isFull(page, query)) return { ...page, next_page_token: encodeToken(last) }
      page.prefixes.push(group)
      // With the trailing delimiter included, the object named like the group is still to come.
      last = is_inside_group ? { prefix: group } : { name, generation: 0 }
    }
    if (is_inside_group) {
      // Once one object has shown the group there is no need to look at the rest of it.
      step = found.length > 0 ? names.next(afterPrefix(group)) : names.next()
      continue
    }
    for (const version of found) {
      if (isFull(page, query)) return { ...page, next_page_token: encodeToken(last) }
      page.versions.push(version)
      last = { name, generation: version.generation }
    }
    step = names.next()
  }
  return page
}

function isFull(page: ListPage, query: ListQuery): boolean {
  return page.versions.length + page.prefixes.length >= query.results_max
}

/** `a/` for `a/b` with delimiter `/`. */
function groupOf(name: string, query: ListQuery): string | undefined {
  if (query.delimiter === '') return undefined
  const at = name.indexOf(query.delimiter, query.prefix.length)
  return at < 0 ? undefined : name.slice(0, at + query.delimiter.length)
}

function versionsOf(bucket: Bucket, name: string, query: ListQuery, token: PageToken | undefined): Version[] {
  const entry = bucket.objects.get(name)
  const live = entry?.live ? [entry.live] : []
  const all = query.versions ? [...(entry?.noncurrent ?? []), ...live] : live
  if (!token || !('name' in token) || token.name !== name || token.generation === 0) return all
  // Without versions a name is shown once, even if it was written again between two pages.
  return query.versions ? all.filter(({ generation }) => generation > token.generation) : []
}

function startName(query: ListQuery, token: PageToken | undefined): string {
  const token_start = token === undefined ? '' : 'name' in token ? token.name : afterPrefix(token.prefix)
  return [query.prefix, query.start_offset, token_start].reduce((a, b) => (compareNames(a, b) >= 0 ? a : b))
}

function isAfter(token: PageToken | undefined, group: string): boolean {
  return token !== undefined && 'name' in token && token.name.startsWith(group)
}

/** A text greater than everything that starts with `prefix`: no name has this many of the highest code point. */
function afterPrefix(prefix: string): string {
  return prefix + '\u{10ffff}'.repeat(256)
}

function encodeToken(token: PageToken | undefined): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url')
}

function parseToken(text: string): PageToken {
  let token: unknown
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch (error) {
    throw Object.assign(invalid('Invalid pageToken'), { cause: error })
  }
  if (isPageToken(token)) return token
  throw invalid('Invalid pageToken')
}

function isPageToken(token: unknown): token is PageToken {
  if (typeof token !== 'object' || token === null) return false
  if ('prefix' in token) return typeof token.prefix === 'string'
  return 'name' in token && typeof token.name === 'string' && 'generation' in token
}
