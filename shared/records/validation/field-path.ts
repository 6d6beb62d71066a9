const PLAIN_NAME = /^[A-Za-z_][\w-]*$/
/** A name sent by a client is shown, but not a whole body of it. */
const NAME_CHARACTERS_MAX = 100

/** `segments[2].size`, or `metadata["odd name"]` where a name needs it. */
export function fieldPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') {
      text += `[${part}]`
      continue
    }
    const name = String(part).slice(0, NAME_CHARACTERS_MAX)
    if (!PLAIN_NAME.test(name)) text += text === '' && isPrintable(name) ? name : `[${JSON.stringify(name)}]`
    else text += text === '' ? name : `.${name}`
  }
  return text
}

const isPrintable = (name: string) => /^[\x21-\x7e]+$/.test(name)
