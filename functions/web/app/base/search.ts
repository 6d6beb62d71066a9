/** The part of an address after `?`, as plain texts: what users see there reads like what they chose. */

export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search))
}

/** Members without a value are left out. */
export function stringifySearch(members: Readonly<Record<string, unknown>>): string {
  const texts = Object.entries(members).flatMap(([name, value]) => {
    return typeof value === 'string' && value !== '' ? [[name, value]] : []
  })
  const text = new URLSearchParams(texts).toString()
  return text === '' ? '' : `?${text}`
}
