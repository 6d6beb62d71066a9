/**
 * A value as the JSON text that is stored of it. Lists and exports show most values as they are: parsing them would cost
 * many times their size in memory and time, only to write the same text again.
 */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const decoder = new TextDecoder()

/** For `fromRow`: leaves the value of a JSON cell as it is. */
export function asJsonText(cell: Uint8Array): JsonText {
  return new JsonText(decoder.decode(cell))
}

/** The JSON of a record whose members may be JSON texts. */
export function jsonOf(record: Readonly<Record<string, unknown>>): string {
  const members: string[] = []
  for (const [name, value] of Object.entries(record)) {
    if (value !== undefined) members.push(`${JSON.stringify(name)}:${textOf(value)}`)
  }
  return `{${members.join(',')}}`
}

function textOf(value: unknown): string {
  return value instanceof JsonText ? value.text : JSON.stringify(value)
}
