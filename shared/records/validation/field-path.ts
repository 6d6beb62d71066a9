const PLAIN_NAME = /^[A-Za-z_][\w-]*$/
/** A name sent by a client is shown, but not a whole body of it. */
const NAME_CHARACTERS_MAX = 100
const PATH_CHARACTERS_MAX = 200
/** Of a path that is too long, the beginning and the end are shown: the end says which field it is. */
const PATH_END_CHARACTERS = 99

/** `segments[2].size`, or `metadata["odd name"]` where a name needs it; at most 200 characters, cut with `…`. */
export function fieldPath(path: string | readonly PropertyKey[]): string {
  return shortened(typeof path === 'string' ? path : spelled(path))
}

function spelled(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') {
      text += `[${part}]`
      continue
    }
    const name = cutTo(String(part), NAME_CHARACTERS_MAX)
    if (!PLAIN_NAME.test(name)) text += text === '' && isPrintable(name) ? name : `[${JSON.stringify(name)}]`
    else text += text === '' ? name : `.${name}`
  }
  return text
}

const isPrintable = (name: string) => /^[\x21-\x7e]+$/.test(name)

function shortened(text: string): string {
  if (text.length <= PATH_CHARACTERS_MAX) return text
  const end = text.slice(-PATH_END_CHARACTERS)
  const whole_end = isLowSurrogate(end.charCodeAt(0)) ? end.slice(1) : end
  return `${cutTo(text, PATH_CHARACTERS_MAX - whole_end.length)}${whole_end}`
}

/** The text, or the beginning of it and `…`, in at most `length_max` UTF-16 units; no character is cut in two. */
export function cutTo(text: string, length_max: number): string {
  if (text.length <= length_max) return text
  const end = length_max - 1
  return `${text.slice(0, isLowSurrogate(text.charCodeAt(end)) ? end - 1 : end)}…`
}

const isLowSurrogate = (code: number) => code >= 0xdc00 && code <= 0xdfff
