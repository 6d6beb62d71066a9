import { fieldPath } from '../../records/validation/field-path.ts'

/**
 * Says what is wrong with a JSON text and where; used only on texts known to be wrong, so it may be slow.
 * `JSON.parse` is not asked: its messages quote the text, which may hold a secret.
 * Grammar: RFC 8259.
 */

/** `position 17 (line 2, column 5)` and what was expected there. The first fault only. */
export function syntaxFault(text: string): string {
  const fault = read(text).fault
  if (fault === undefined) return 'it cannot be read'
  const before = text.slice(0, fault.position)
  const line = before.split('\n').length
  const column = fault.position - before.lastIndexOf('\n')
  return `${fault.expected} expected at position ${fault.position} (line ${line}, column ${column})`
}

/** The path of the first name that an object has twice; of the body itself (`''`) when there is none. */
export function duplicateKey(text: string): string {
  return read(text).duplicate ?? ''
}

/** True when the grammar of RFC 8259 accepts the text; agrees with `JSON.parse`. */
export function isJson(text: string): boolean {
  return read(text).fault === undefined
}

interface Fault {
  position: number
  expected: string
}

class Stop extends Error {
  readonly fault: Fault
  constructor(fault: Fault) {
    super('not JSON')
    this.fault = fault
  }
}

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// eslint-disable-next-line no-control-regex -- control characters are what a JSON string must escape
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const WORD = /true|false|null/y

/** A recursive-descent reader; recursion is bounded because the caller has bounded the nesting. */
function read(text: string): { fault?: Fault; duplicate?: string } {
  let at = 0
  let duplicate: string | undefined
  const path: (string | number)[] = []

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const expect = (expected: string): never => {
    throw new Stop({ position: at, expected: at >= text.length ? `more text (${expected})` : expected })
  }
  const value = (): void => {
    take(SPACE)
    if (text[at] === '{') members()
    else if (text[at] === '[') entries()
    else if (text[at] === '"') string()
    else if ((take(WORD) ?? take(NUMBER)) === undefined) expect('a value')
    take(SPACE)
  }
  const string = (): string => take(STRING) ?? expect('a properly quoted string')
  const members = (): void => {
    const names = new Set<string>()
    at += 1
    take(SPACE)
    if (text[at] === '}') return void (at += 1)
    for (;;) {
      take(SPACE)
      if (text[at] !== '"') expect('a name in double quotes')
      const name = JSON.parse(string()) as string
      path.push(name)
      if (names.has(name)) duplicate ??= fieldPath(path)
      names.add(name)
      take(SPACE)
      if (text[at] !== ':') expect('a colon')
      at += 1
      value()
      path.pop()
      if (text[at] === '}') return void (at += 1)
      if (text[at] !== ',') expect('a comma or a closing brace')
      at += 1
    }
  }
  const entries = (): void => {
    at += 1
    take(SPACE)
    if (text[at] === ']') return void (at += 1)
    for (let index = 0; ; index++) {
      path.push(index)
      value()
      path.pop()
      if (text[at] === ']') return void (at += 1)
      if (text[at] !== ',') expect('a comma or a closing bracket')
      at += 1
    }
  }

  try {
    value()
    if (at < text.length) expect('the end')
  } catch (error) {
    if (error instanceof Stop) return { fault: error.fault }
    throw error
  }
  return duplicate === undefined ? {} : { duplicate }
}
