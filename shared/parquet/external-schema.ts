import type { ColumnMetaData, FileMetaData, SchemaElement } from 'hyparquet'

import { CorruptFile } from './corrupt-file.ts'

/** A column, member or element of a foreign schema, with what is below it. */
export interface ExternalNode {
  readonly name: string
  /** For messages: `metadata.owner`, `segments[].name`. */
  readonly path: string
  readonly element: SchemaElement
  readonly children: readonly ExternalNode[]
  /** Its name in the bare schema. */
  readonly key: string
}

export interface ExternalSchema {
  readonly columns: readonly ExternalNode[]
  /**
   * The file's metadata without annotations and with names of our own, for the library: it then gives values as they are
   * stored, groups as objects, and repeated ones as lists. By itself it would decode text lossily, scale decimals with
   * floating point, drop a member called `__proto__`, and confuse a column `a.b` with the member `b` of `a`.
   */
  readonly bare: FileMetaData
}

interface Parent {
  /** Before the names of its children. */
  readonly path: string
  /** The path of its only child, which is the element of a list. */
  readonly is_element_of?: string
  readonly names: readonly string[]
  readonly keys: readonly string[]
  readonly levels: number
}

/** A file may name any depth; records are refused from 16 levels on. */
const LEVELS_MAX = 64

/** @throws CorruptFile when the schema is not a tree, or when two columns cannot be told apart */
export function externalSchema(metadata: FileMetaData): ExternalSchema {
  const { schema } = metadata
  const keys = new Map<string, string[]>()
  let at = 0

  function nodeAt(parent: Parent): ExternalNode {
    const key = `c${at}`
    const element = schema[at++]
    if (!element) throw new CorruptFile('the schema ends early')
    if (parent.levels > LEVELS_MAX) throw new CorruptFile(`the schema is nested deeper than ${LEVELS_MAX} levels`)
    const { name } = element
    // The library replaces what it cannot decode.
    if (name.includes('\uFFFD')) throw new CorruptFile(`the name of a column is not UTF-8: ${JSON.stringify(name)}`)
    const path = parent.is_element_of === undefined ? `${parent.path}${name}` : parent.is_element_of
    const names = [...parent.names, name]
    const own_keys = [...parent.keys, key]
    const place = { ...pathBelow(element, path), names, keys: own_keys, levels: parent.levels + 1 }
    const children = Array.from({ length: element.num_children ?? 0 }, () => nodeAt(place))
    requireDistinct(children, path)
    if (element.num_children === undefined) keys.set(JSON.stringify(names), own_keys)
    return { name, path, element, children, key }
  }

  const root = schema[at++]
  const top = { path: '', names: [], keys: [], levels: 0 }
  const columns = Array.from({ length: root?.num_children ?? 0 }, () => nodeAt(top))
  requireDistinct(columns, undefined)
  return { columns, bare: withBareNames(metadata, keys) }
}

/** The levels that lists and maps have between themselves and their elements are not shown. */
function pathBelow(
  { repetition_type, num_children }: SchemaElement,
  path: string,
): Pick<Parent, 'path' | 'is_element_of'> {
  if (repetition_type !== 'REPEATED' || num_children === undefined) return { path: `${path}.` }
  const list = `${path.slice(0, path.lastIndexOf('.'))}[]`
  return num_children === 1 ? { path: '', is_element_of: list } : { path: `${list}.` }
}

function requireDistinct(nodes: readonly ExternalNode[], path: string | undefined): void {
  const names = new Set<string>()
  for (const { name } of nodes) {
    const where = path === undefined ? 'the file' : JSON.stringify(path)
    if (names.has(name)) throw new CorruptFile(`${where} has two columns of the name ${JSON.stringify(name)}`)
    names.add(name)
  }
}

function withBareNames(metadata: FileMetaData, keys: ReadonlyMap<string, string[]>): FileMetaData {
  return {
    ...metadata,
    schema: metadata.schema.map(({ type, type_length, repetition_type, num_children }, at) => ({
      name: `c${at}`,
      ...(type !== undefined && { type }),
      ...(type_length !== undefined && { type_length }),
      ...(repetition_type !== undefined && { repetition_type }),
      ...(num_children !== undefined && { num_children }),
    })),
    row_groups: metadata.row_groups.map((group) => ({
      ...group,
      columns: group.columns.map((chunk) => {
        if (!chunk.meta_data) throw new CorruptFile('a column has no metadata: the file is encrypted or damaged')
        const path_in_schema = keys.get(JSON.stringify(chunk.meta_data.path_in_schema))
        if (!path_in_schema) {
          throw new CorruptFile(`a column is not in the schema: ${chunk.meta_data.path_in_schema.join('.')}`)
        }
        return { ...chunk, meta_data: { ...chunk.meta_data, path_in_schema, type: readAs(chunk.meta_data) } }
      }),
    })),
  }
}

/**
 * DuckDB writes the first difference of unsigned numbers with 33 bits, of which the library would take 32. As differences
 * have no width of their own, they can be read as 64-bit numbers.
 */
function readAs({ type, encodings }: ColumnMetaData): ColumnMetaData['type'] {
  const is_delta_only =
    encodings.includes('DELTA_BINARY_PACKED') && encodings.every((encoding) => DELTA_OR_LEVELS.has(encoding))
  return type === 'INT32' && is_delta_only ? 'INT64' : type
}

const DELTA_OR_LEVELS = new Set(['DELTA_BINARY_PACKED', 'RLE', 'BIT_PACKED'])
