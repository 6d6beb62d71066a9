import { printParseErrorCode, visit } from 'jsonc-parser'
import type { ParseErrorCode } from 'jsonc-parser'

import type { FieldErrors } from '../../records/validation/field-errors.ts'

/**
 * Says what is wrong with a JSON text and where, as jsonc-parser reads it; used only on texts known to be wrong.
 * `JSON.parse` is not asked: its messages quote the text, which may hold a secret, and often name no position.
 */

/**
 * The first fault: `value expected at position 17 (line 2, column 5)`; undefined when the text is JSON (RFC 8259).
 * A string that is wrong inside is reported at its opening quote.
 */
export function syntaxFault(text: string): string | undefined {
  try {
    visit(text, { onError: stopAtFault }, { disallowComments: true })
  } catch (error) {
    if (error instanceof SyntaxFault) return describeFault(error, text)
    throw error
  }
  return undefined
}

/** Adds every name that an object of a JSON text has again. */
export function addDuplicateNames(text: string, errors: FieldErrors): void {
  const names_by_level: Set<string>[] = []
  visit(text, {
    onObjectBegin: () => void names_by_level.push(new Set()),
    onObjectEnd: () => void names_by_level.pop(),
    onObjectProperty: (name, _offset, _length, _line, _character, pathOfObject) => {
      const names = names_by_level.at(-1)
      if (names?.has(name) === true) errors.add(() => [...pathOfObject(), name], 'is there more than once')
      names?.add(name)
    },
  })
}

/** Where jsonc-parser found the first fault; line and column count from 0. */
class SyntaxFault extends Error {
  readonly code: ParseErrorCode
  readonly position: number
  readonly line: number
  readonly column: number
  constructor(code: ParseErrorCode, position: number, line: number, column: number) {
    super('not JSON')
    this.code = code
    this.position = position
    this.line = line
    this.column = column
  }
}

/** Ends the reading: after a fault the parser would guess on, nested deeper than the caller's limit allows. */
function stopAtFault(code: ParseErrorCode, position: number, _length: number, line: number, column: number): never {
  throw new SyntaxFault(code, position, line, column)
}

/** The parser's own name of the fault, in words (`CloseBraceExpected`: close brace expected), and where. */
function describeFault({ code, position, line, column }: SyntaxFault, text: string): string {
  const reason = printParseErrorCode(code)
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
  const end = position >= text.length ? ', where the text ends' : ''
  return `${reason} at position ${position} (line ${line + 1}, column ${column + 1})${end}`
}
