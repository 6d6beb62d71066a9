import type { FileMetaData, RowGroup as RowGroupMetadata, SchemaElement } from 'hyparquet'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'

import { GROUP_START_BYTES, type RowGroup, shiftGroup } from './row-group.ts'
import { schemaOf, topLevelColumns } from './schema.ts'
import { copyOfWritten } from './scratch-writer.ts'

/**
 * The metadata at the end of a file. Of its groups most were there in the file before, so the part of each is kept with
 * it, and encoded again only where the group comes to lie elsewhere.
 *
 * In Thrift's compact protocol a list is a header with its length, and behind it its elements: structs, whose bytes do
 * not depend on what stands around them. So the parts can be put together. Source: thrift-compact-protocol.md, and
 * parquet.thrift for the order of the fields.
 */

/** What the metadata say of the file besides its groups. */
export type FileFacts = Required<Pick<FileMetaData, 'created_by' | 'key_value_metadata'>>

/** A row group where it lies in a file, without its bytes. */
export interface PlacedGroup {
  readonly num_rows: bigint
  /** Its part of the metadata. */
  readonly bytes: Uint8Array
}

interface Placement {
  readonly schema: readonly SchemaElement[]
  readonly offset_bytes: number
  readonly placed: PlacedGroup
}

const placements = new WeakMap<RowGroup, Placement>()
const schema_parts = new WeakMap<readonly SchemaElement[], SchemaParts>()

/** What is the same in the metadata of all files of a schema. */
interface SchemaParts {
  /** Up to the number of rows. */
  readonly before_rows: Uint8Array
  /** From the number of rows to the header of the list of groups. */
  readonly before_list: Uint8Array
  /** Behind the facts: an order of the values for each column. */
  readonly behind_facts: Uint8Array
  /** Where the list of groups stands in the metadata of a file of one group without facts: its header, and how much is behind its elements. */
  readonly header_at: number
  readonly behind_bytes: number
}

const STRUCT = 12
/** A longer list has its length behind the header. */
const SHORT_LIST_MAX = 14
const LENGTH_BYTES = 4
const NO_FACTS = { num_rows: 0n }
/** A field's header and the length of an empty text. */
const EMPTY_TEXT_BYTES = 2
/** Facts do not depend on the schema, and are encoded under this one. */
const NO_COLUMNS: readonly SchemaElement[] = [{ name: 'root', num_children: 0 }]

/** @returns the metadata, and their length in four bytes: what stands before the closing magic */
export function encodeMetadata(
  schema: readonly SchemaElement[],
  placed: readonly PlacedGroup[],
  facts: FileFacts,
): Buffer {
  const num_rows = placed.reduce((sum, group) => sum + group.num_rows, 0n)
  const { before_rows, before_list, behind_facts } = partsOf(schema)
  const metadata = Buffer.concat([
    before_rows,
    Uint8Array.from(varint(num_rows)),
    before_list,
    listHeader(placed.length),
    ...placed.map(({ bytes }) => bytes),
    encodeFacts(facts),
    behind_facts,
    new Uint8Array(LENGTH_BYTES),
  ])
  metadata.writeUInt32LE(metadata.length - LENGTH_BYTES, metadata.length - LENGTH_BYTES)
  return metadata
}

/** @param offset_bytes where the group begins in the file */
export function placeGroup(schema: readonly SchemaElement[], group: RowGroup, offset_bytes: number): PlacedGroup {
  const kept = placements.get(group)
  if (kept?.offset_bytes === offset_bytes && kept.schema === schema) return kept.placed
  const metadata = shiftGroup(group.metadata, BigInt(offset_bytes - GROUP_START_BYTES))
  const needed = neededSchema(schema, metadata)
  const { header_at, behind_bytes } = partsOf(needed)
  const alone = encode(needed, [metadata], NO_FACTS)
  const bytes = alone.subarray(header_at + 1, alone.length - behind_bytes)
  const placed = { num_rows: metadata.num_rows, bytes }
  placements.set(group, { schema, offset_bytes, placed })
  return placed
}

/**
 * A group's part of the metadata tells nothing of the schema; the library asks it only for the types of what columns have
 * statistics of. With those columns alone it encodes a fraction of what it would have to encode with all, to be cut off again.
 */
function neededSchema(schema: readonly SchemaElement[], { columns }: RowGroupMetadata): readonly SchemaElement[] {
  const names = new Set<string>()
  for (const { meta_data } of columns) if (meta_data?.statistics) names.add(meta_data.path_in_schema[0]!)
  const key = [...names].join('\n')
  const known = needed_schemas.get(schema)
  if (known?.key === key) return known.needed
  const of_schema = topLevelColumns(schema)
  const needed = schemaOf([...names].map((name) => of_schema.get(name)!))
  needed_schemas.set(schema, { key, needed })
  return needed
}

/** Nearly all groups of a schema have statistics of the same columns. */
const needed_schemas = new WeakMap<
  readonly SchemaElement[],
  { readonly key: string; readonly needed: readonly SchemaElement[] }
>()

function encodeFacts(facts: FileFacts): Uint8Array {
  const { header_at, behind_facts } = partsOf(NO_COLUMNS)
  const alone = encode(NO_COLUMNS, [], { ...facts, num_rows: 0n })
  return alone.subarray(header_at + 1, alone.length - behind_facts.length)
}

/** The list of groups is found by what a group makes different first. */
function partsOf(schema: readonly SchemaElement[]): SchemaParts {
  const known = schema_parts.get(schema)
  if (known !== undefined) return known
  const none = encode(schema, [], NO_FACTS)
  const one = encode(schema, [{ columns: [], total_byte_size: 0n, num_rows: 0n }], NO_FACTS)
  const named = encode(schema, [], { ...NO_FACTS, created_by: '' })
  const header_at = none.findIndex((byte, at) => byte !== one[at])
  const before_rows = none.subarray(0, header_at - varint(0n).length - 1)
  const parts = {
    before_rows,
    before_list: none.subarray(before_rows.length + varint(0n).length, header_at),
    behind_facts: named.subarray(header_at + 1 + EMPTY_TEXT_BYTES),
    header_at,
    behind_bytes: none.length - header_at - 1,
  }
  schema_parts.set(schema, parts)
  return parts
}

function encode(
  schema: readonly SchemaElement[],
  row_groups: RowGroupMetadata[],
  facts: Partial<FileFacts> & { readonly num_rows: bigint },
): Uint8Array {
  const metadata = { version: 2, schema: [...schema], row_groups, metadata_length: 0, ...facts }
  return copyOfWritten((writer) => writeMetadata(writer, metadata, Infinity)).subarray(0, -LENGTH_BYTES)
}

function listHeader(length: number): Uint8Array {
  if (length === 0) return Uint8Array.of(0)
  if (length <= SHORT_LIST_MAX) return Uint8Array.of((length << 4) | STRUCT)
  return Uint8Array.of(((SHORT_LIST_MAX + 1) << 4) | STRUCT, ...unsignedVarint(BigInt(length)))
}

/** A whole number as the protocol writes it: zigzag, seven bits a byte. @param value 0 or more */
function varint(value: bigint): number[] {
  return unsignedVarint(value * 2n)
}

function unsignedVarint(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value % 128n) | 128, ...unsignedVarint(value / 128n)]
}
