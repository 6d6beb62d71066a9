/** How a file is encoded on its way, best first: the name in HTTP, and the ending of its file. */
export const ENCODINGS = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const
export type Encoding = (typeof ENCODINGS)[number]

/** The best encoding that `Accept-Encoding` allows; `undefined`: the file as it is. */
export function acceptedEncoding(header: string | readonly string[] | undefined): Encoding | undefined {
  const weights = new Map<string, number>()
  for (const part of String(header ?? '').split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const weight = parameters.map((parameter) => /^q=([01](?:\.\d{0,3})?)$/.exec(parameter)?.[1]).find(Boolean)
    weights.set(name, weight === undefined ? 1 : Number(weight))
  }
  return ENCODINGS.find(({ name }) => (weights.get(name) ?? weights.get('*') ?? 0) > 0)
}
