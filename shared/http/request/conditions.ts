import { Problem } from '../../base/problem.ts'

/** Stands for an `If-Match` tag that no record can have: it differs from every version. */
const NEVER_A_VERSION = -1

const ENTITY_TAG = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/
const VERSION = /^[1-9][0-9]{0,15}$/

/** `"7"`: the entity tag of version 7 of a record. */
export function versionTag(version: number): string {
  return `"${version}"`
}

/**
 * The version that `If-Match` asks for; `undefined` for no header and for `*`. RFC 9110 section 13.1.1 compares
 * strongly, so a weak tag matches nothing and is `NEVER_A_VERSION`.
 * @throws Problem `invalid-input` for a malformed entity tag, and for a list: a record has one version
 */
export function ifMatchVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  const tag = ENTITY_TAG.exec(header.trim())
  if (tag === null) {
    throw new Problem('invalid-input', 'If-Match must be * or one version in quotes, as ETag gives it: "3"', {
      errors: [{ path: 'If-Match', message: 'must be * or one version in quotes' }],
    })
  }
  const [, weak, value = ''] = tag
  return weak === undefined && VERSION.test(value) ? Number(value) : NEVER_A_VERSION
}

/** Whether `If-None-Match` is `*` or lists `etag`, compared weakly (RFC 9110 section 13.1.2). */
export function noneMatchNames(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  const opaque = etag.replace(/^W\//, '')
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === opaque)
}
