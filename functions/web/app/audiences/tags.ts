/** Tags that are spelled differently in Unicode are the same tag. Pure. */

/** Said where tags are changed on all audiences: those that are deleted are left as they are. */
export const DELETED_KEEP_TAGS = 'A deleted audience that you restore has the tags it had before.'

const isTag = (one: string, tag: string): boolean => one.normalize('NFC') === tag.normalize('NFC')

/** The tag under another name, in its place; one that is there already is not there twice. */
export function withTagRenamed(tags: readonly string[], from: string, to: string): readonly string[] {
  return withoutTwins(tags.map((tag) => (isTag(tag, from) ? to : tag)))
}

export function withoutTag(tags: readonly string[], tag: string): readonly string[] {
  return tags.filter((one) => !isTag(one, tag))
}

export function hasTag(tags: readonly string[], tag: string): boolean {
  return tags.some((one) => isTag(one, tag))
}

/** The first of each. */
function withoutTwins(tags: readonly string[]): readonly string[] {
  return tags.filter((tag, at) => tags.findIndex((other) => isTag(other, tag)) === at)
}
