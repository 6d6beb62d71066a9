/** Where a run prints: lines for people, or one JSON document for programs. */
export interface Output {
  readonly line: (text: string) => void
  readonly paint: Paint
}

/** Colours a text, where there are colours. */
export type Paint = (colour: 'green' | 'yellow' | 'red' | 'dim', text: string) => string

const CODES = { green: 32, yellow: 33, red: 31, dim: 2 } as const

/** Colours on a terminal only, and not where NO_COLOR asks for none (no-color.org). */
export function paintOn(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const has_colours = stream.isTTY === true && (environment['NO_COLOR'] ?? '') === ''
  return (colour, text) => (has_colours ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text)
}
