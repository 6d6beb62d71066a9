const SLUG_CHARACTERS_MAX = 60
const ID_CHARACTERS = 8

/**
 * The name of a new file: what the audience is called, for people, and the end of its id, so that two of one name differ.
 * A file keeps its name when its audience gets another: it is found by the id in it.
 */
export function fileName(name: string, audience_id: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_CHARACTERS_MAX)
    .replace(/^-+|-+$/g, '')
  const end = audience_id.slice(-ID_CHARACTERS).replace(/[^A-Za-z0-9]/g, '-')
  return `${slug === '' ? 'audience' : slug}-${end}.yaml`
}
