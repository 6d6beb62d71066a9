import { isAlias, isMap, isNode, isScalar, Lexer, LineCounter, type Node, parseDocument, visit } from 'yaml'
import * as z from 'zod/mini'

import { INEXACT_NUMBER, isExactNumber } from '#shared/base/exact-number.ts'
import { isObject } from '#shared/base/is-object.ts'
import { AUDIENCES, audienceFields } from '#shared/records/audience.ts'
import { withDefaults } from '#shared/records/decisions.ts'
import { cutTo } from '#shared/records/validation/field-path.ts'
import { FieldErrors } from '#shared/records/validation/field-errors.ts'
import { collect } from '#shared/records/validation/validate.ts'
import type { AudienceContent, StatedAudience } from './audience-text.ts'

/** One thing that is wrong with a file. */
export interface FileFault {
  readonly path: string
  /** From 1; `undefined` where it is about the file as a whole. */
  readonly line: number | undefined
  readonly column: number | undefined
  readonly message: string
}

export interface ReadAudience {
  /** `undefined` where the text cannot be read at all. */
  readonly stated: StatedAudience | undefined
  /** Why the text cannot be read. */
  readonly faults: readonly FileFault[]
  /** Values that the service does not take: they matter only where the file differs from the record. */
  readonly field_faults: readonly FileFault[]
}

const identity = z.object({
  audience_id: z.optional(z.string().check(z.minLength(1), z.maxLength(300), z.regex(/^[\x21-\x7e]+$/))),
  version: z.optional(z.int().check(z.minimum(1))),
})
const FIELD_NAMES = Object.keys(audienceFields.shape)
const CONFLICT_MARK = /^(?:<{7}|={7}|>{7}|\|{7})(?: .*)?$/m
const MESSAGE_CHARACTERS_MAX = 300

/** Reads the text of a file. @param path for the faults */
export function readAudience(path: string, text: string): ReadAudience {
  const faults: FileFault[] = []
  const lines = new LineCounter()
  const at = (offset: number | undefined, message: string): FileFault => {
    if (offset === undefined) return { path, line: undefined, column: undefined, message }
    const { line, col } = lines.linePos(offset)
    return { path, line, column: col, message: cutTo(message, MESSAGE_CHARACTERS_MAX) }
  }
  const mark = CONFLICT_MARK.exec(text)
  if (mark) {
    const line = text.slice(0, mark.index).split('\n').length
    return refused([{ path, line, column: 1, message: 'is a mark of a merge that is not finished' }])
  }
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      // Every name would be compared with every other one.
      uniqueKeys: false,
    })
    for (const { pos, message } of [...document.errors, ...document.warnings]) faults.push(at(pos[0], message))
    for (const offset of commentOffsets(text)) {
      faults.push(at(offset, 'is a comment, which pull would drop: say it in description or metadata'))
    }
    for (const { node, message } of foreignNodes(document.contents)) faults.push(at(node.range?.[0], message))
    if (faults.length > 0) return refused(faults)
    const value: unknown = document.toJS({ maxAliasCount: 0 })
    if (!isObject(value)) return refused([at(undefined, 'does not hold the fields of an audience, name and others')])
    const errors = new FieldErrors()
    const { audience_id, version, ...fields } = value
    const named = collect(
      identity,
      { audience_id: audience_id ?? undefined, version: version ?? undefined },
      errors,
      '',
    )
    const placed = ({ shown }: FieldErrors) =>
      shown.map((error) => at(offsetOf(document.contents, error.path), `${error.path} ${error.message}`))
    if (named === undefined) return refused(placed(errors))
    const field_errors = new FieldErrors()
    const complete = withDefaults(AUDIENCES, fields, FIELD_NAMES)
    const checked = collect(audienceFields, complete, field_errors, 'the file')
    const is_known = Object.keys(fields).every((name) => FIELD_NAMES.includes(name))
    if (!is_known) return refused(placed(field_errors))
    return {
      stated: {
        audience_id: named.audience_id,
        version: named.version,
        content: checked ?? (complete as AudienceContent),
      },
      faults: [],
      field_faults: placed(field_errors),
    }
  } catch (error) {
    // Nested too deep for the reader.
    if (error instanceof RangeError) return refused([at(undefined, 'is nested too deep')])
    throw error
  }
}

function refused(faults: readonly FileFault[]): ReadAudience {
  return { stated: undefined, faults, field_faults: [] }
}

function commentOffsets(text: string): number[] {
  if (!text.includes('#')) return []
  const offsets: number[] = []
  let offset = 0
  let before = ''
  for (const token of new Lexer().lex(text)) {
    // A mark of the lexer, not of the text: the content of a block or of a plain scalar follows.
    const is_mark = token === '\u0002' || token === '\u0018' || token === '\u001f'
    if (token.startsWith('#') && before !== '\u001f') offsets.push(offset)
    if (!is_mark) offset += token.length
    before = token
  }
  return offsets
}

/** What YAML knows and an audience, which is JSON, does not. */
function foreignNodes(contents: Node | null): { node: Node; message: string }[] {
  const found: { node: Node; message: string }[] = []
  visit(contents, {
    Node: (_, node) => {
      if (isAlias(node))
        found.push({ node, message: 'is an alias, which pull would replace by its value: write it out' })
      else if (node.anchor !== undefined) found.push({ node, message: 'has an anchor, which pull would drop' })
      if (isScalar(node) && typeof node.value === 'number' && !isExactNumber(node.value)) {
        found.push({ node, message: INEXACT_NUMBER })
      }
      if (!isMap(node)) return
      const names = new Set<unknown>()
      for (const { key } of node.items) {
        const name = isScalar(key) ? key.value : key
        if (names.has(name) && isNode(key)) found.push({ node: key, message: `${String(name)} stands here twice` })
        if (name === '__proto__' && isNode(key)) found.push({ node: key, message: 'is a name that no record keeps' })
        names.add(name)
      }
    },
  })
  return found
}

/** Where the value of a path stands, `segments[2].size`, or the nearest one around it. */
function offsetOf(contents: Node | null, path: string): number | undefined {
  let node: unknown = contents
  let offset = contents?.range?.[0]
  for (const [, index, quoted, plain] of path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\.?([^.[\]]+)/g)) {
    const name = index === undefined ? (quoted === undefined ? plain : (JSON.parse(quoted) as string)) : Number(index)
    if (!hasItems(node)) break
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === name) : undefined
    const next = pair?.value ?? (isMap(node) ? undefined : node.items[Number(name)])
    const place = pair?.key ?? next
    if (!isNode(place)) break
    offset = place.range?.[0] ?? offset
    node = next
  }
  return offset
}

function hasItems(node: unknown): node is { readonly items: readonly unknown[] } {
  return isNode(node) && 'items' in node
}
