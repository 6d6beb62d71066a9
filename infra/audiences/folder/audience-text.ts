import { Document, isScalar, Scalar, visit } from 'yaml'
import type * as z from 'zod/mini'

import { isObject } from '#shared/base/is-object.ts'
import { isSameJson } from '#shared/base/same-json.ts'
import { AUDIENCES, audienceFields } from '#shared/records/audience.ts'
import type { FieldsOf } from '#shared/records/record-kind.ts'

/** Everything that users set of an audience. */
export type AudienceContent = FieldsOf<typeof AUDIENCES>

/** What a file says: which audience, the version that it was made from, and everything that users set. */
export interface StatedAudience {
  /** Of a new file, none yet. */
  readonly audience_id: string | undefined
  /** Of a file that has not been applied yet, none. */
  readonly version: number | undefined
  readonly content: AudienceContent
}

/** Shown also where they are as by default. */
const ALWAYS_SHOWN = ['name', 'status']
const LINE_CHARACTERS = 100
/** What a plain or literal text would lose or hide: other line ends, control characters, byte order marks. */
// oxlint-disable-next-line no-control-regex
const NEEDS_ESCAPES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/
/** A block that begins with space, or has lines of space alone, is read as another one. */
const BEGINS_WITH_SPACE = /^[ \t\n]/
const HAS_LINE_OF_SPACE = /^[ \t]+$/m

/**
 * The one text of an audience: the same values always give the same bytes. Fields come in the order of the schema, names
 * of free objects in alphabetical order, several lines as a block; what is as by default is left out.
 */
export function audienceText({ audience_id, version, content }: StatedAudience): string {
  const stated = {
    ...(audience_id !== undefined && { audience_id }),
    ...(version !== undefined && { version }),
    name: content.name,
    ...shownFields(content),
  }
  // YAML 1.1 reads yes, on and 12:30 as no texts: other tools should read what is meant.
  const document = new Document(stated, { version: '1.2', aliasDuplicateObjects: false, compat: 'yaml-1.1' })
  visit(document, {
    Scalar: (_, scalar) => {
      if (isScalar(scalar) && typeof scalar.value === 'string' && isQuoted(scalar.value)) {
        scalar.type = Scalar.QUOTE_DOUBLE
      }
    },
  })
  return document.toString({ lineWidth: LINE_CHARACTERS, blockQuote: 'literal', indentSeq: true })
}

function isQuoted(text: string): boolean {
  return (
    NEEDS_ESCAPES.test(text) || (text.includes('\n') && (BEGINS_WITH_SPACE.test(text) || HAS_LINE_OF_SPACE.test(text)))
  )
}

function shownFields(content: AudienceContent): Record<string, unknown> {
  const defaults: Readonly<Record<string, unknown>> = AUDIENCES.defaults
  const shown = Object.entries(inOrder(audienceFields, content) as AudienceContent)
  return Object.fromEntries(
    shown.filter(([name, value]) => ALWAYS_SHOWN.includes(name) || !isSameJson(value, defaults[name])),
  )
}

/** The value with the members of its objects in the order of their schema, in that of the alphabet where it has none. */
function inOrder(schema: z.core.$ZodType | undefined, value: unknown): unknown {
  const inner = bareSchema(schema)
  if (Array.isArray(value)) {
    const element = inner?._zod.def.type === 'array' ? (inner as z.core.$ZodArray)._zod.def.element : undefined
    return value.map((one) => inOrder(element, one))
  }
  if (!isObject(value)) return value
  const shape = inner?._zod.def.type === 'object' ? (inner as z.core.$ZodObject)._zod.def.shape : {}
  const names = [
    ...Object.keys(shape).filter((name) => Object.hasOwn(value, name)),
    ...Object.keys(value)
      .filter((name) => !Object.hasOwn(shape, name))
      .toSorted(),
  ]
  return Object.fromEntries(
    names.map((name) => [name, inOrder(Object.hasOwn(shape, name) ? shape[name] : undefined, value[name])]),
  )
}

function bareSchema(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const type = schema?._zod.def.type
  return type === 'nullable' || type === 'optional'
    ? bareSchema((schema as z.core.$ZodOptional)._zod.def.innerType)
    : schema
}
