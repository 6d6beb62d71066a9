import type { RecordValue } from './rows.ts'

/** The tags of a record, in its metadata. Two spellings of one text in Unicode are one tag. */

/** @param metadata as it is stored: null, or none, is no tags */
export function tagsOf(metadata: RecordValue): readonly string[] {
  const { tags } = metadata
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []
}

function isSameTag(a: string, b: string): boolean {
  return a === b || a.normalize('NFC') === b.normalize('NFC')
}

/** The metadata with these tags behind its own; itself, when it has them all. */
export function withTags(metadata: RecordValue, tags: readonly string[]): RecordValue {
  const all = [...tagsOf(metadata)]
  const before = all.length
  for (const tag of tags) if (!all.some((own) => isSameTag(own, tag))) all.push(tag)
  return all.length === before ? metadata : { ...metadata, tags: all }
}

/** The metadata without these tags; itself, when it has none of them. */
export function withoutTags(metadata: RecordValue, tags: readonly string[]): RecordValue {
  const own = tagsOf(metadata)
  const left = own.filter((tag) => !tags.some((other) => isSameTag(tag, other)))
  return left.length === own.length ? metadata : { ...metadata, tags: left }
}

/** The metadata with another name for a tag, in its place, or without it where it has the other one, too. */
export function withRenamedTag(metadata: RecordValue, from: string, to: string): RecordValue {
  const own = tagsOf(metadata)
  if (isSameTag(from, to) || !own.some((tag) => isSameTag(tag, from))) return metadata
  const renamed = own.map((tag) => (isSameTag(tag, from) ? to : tag))
  const tags = renamed.filter((tag, at) => !isSameTag(tag, to) || renamed.findIndex((one) => isSameTag(one, to)) === at)
  return { ...metadata, tags }
}
