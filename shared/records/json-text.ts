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
  let members = ''
  for (const name of Object.keys(record)) {
    const value = record[name]
    if (value !== undefined) members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${textOf(value)}`
  }
  return `{${members}}`
}

function textOf(value: unknown): string {
  if (value instanceof JsonText) return value.text
  // Most members of most records.
  if (value === null || typeof value === 'boolean') return String(value)
  return JSON.stringify(value)
}
