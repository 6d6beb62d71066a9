import { parquetRead } from 'hyparquet'
import type { AsyncBuffer, ColumnChunk, RowGroup as RowGroupMetadata, SchemaElement } from 'hyparquet'
import { ParquetWriter } from 'hyparquet-writer'

import { crc32c, joinCrc32c } from '../base/crc32c.ts'
import { CorruptFile } from './corrupt-file.ts'
import { READ_COMPRESSORS, WRITE_COMPRESSORS } from './node-compressors.ts'
import { RAW_PARSERS } from './raw-values.ts'
import { schemaOf, storedSchemaOf, topLevelColumns } from './schema.ts'
import { copyOfWritten } from './scratch-writer.ts'

/** Values of each column of a group by name, as the raw reader gives them: equal lengths, one entry per row. */
export type ColumnValues = Map<string, readonly unknown[]>

/**
 * Offsets in a group's metadata count as in a file that has this group alone: its first byte follows the magic. Zero
 * would not do, the library takes an offset of 0 for none.
 */
export const GROUP_START_BYTES = 4

/** A reference or a number. */
const VALUE_BYTES = 8
/** What a string or a view of bytes takes besides its characters. */
const TEXT_VALUE_BYTES = 64
/** A string with one character outside of Latin-1 takes two bytes for each. */
const TEXT_GROWTH = 2
/** Short strings take several times the bytes of a dictionary's entry. */
const DICTIONARY_GROWTH = 8

/**
 * One row group: immutable, shared by every snapshot that contains it. Its metadata is relative to its own beginning,
 * so that copying it into another file is copying bytes and adding an offset.
 *
 * It keeps nothing that it decodes: its reader decides what stays in memory (`shared/table/object/decoded-columns.ts`).
 */
export class RowGroup {
  readonly row_count: number
  readonly size_bytes: number
  /** Before compression: what decoding it all would take. */
  readonly uncompressed_bytes: number
  /** Offsets count as `GROUP_START_BYTES` says. */
  readonly metadata: RowGroupMetadata
  readonly #schema: readonly SchemaElement[]
  readonly #bytes: Uint8Array | undefined
  readonly #file: AsyncBuffer
  #crc32c: number | undefined

  /** @param content the group's bytes, or (for a part of an object not fetched whole) how to get ranges of them */
  constructor(schema: readonly SchemaElement[], metadata: RowGroupMetadata, content: Uint8Array | AsyncBuffer) {
    this.#schema = schema
    this.metadata = metadata
    this.row_count = Number(metadata.num_rows)
    this.size_bytes = content.byteLength
    this.uncompressed_bytes = Number(metadata.total_byte_size)
    if (content instanceof Uint8Array) {
      this.#bytes = content
      this.#file = inMemory(content)
    } else {
      this.#file = content
    }
  }

  /** Whether its bytes are here, rather than fetched by range. */
  get is_whole(): boolean {
    return this.#bytes !== undefined
  }

  /** The encoded bytes. @throws when only parts of the group were fetched */
  get bytes(): Uint8Array {
    if (!this.#bytes) throw new Error('this row group was opened by ranges: its bytes are not here')
    return this.#bytes
  }

  get crc32c(): number {
    return (this.#crc32c ??= crc32c(this.bytes))
  }

  /** Values of the named columns, decoded afresh. A column the file does not have is all null. */
  async columns(names: readonly string[]): Promise<ColumnValues> {
    return await this.#decode(names)
  }

  /** Values of every column, decoded afresh. */
  async allColumns(): Promise<ColumnValues> {
    return await this.#decode([...topLevelColumns(this.#schema).keys()])
  }

  /**
   * Memory that the named columns take decoded, at most roughly, as the metadata tells. Text that repeats is stored once
   * in a dictionary and decoded into references to one string each.
   */
  decodedBytes(names: ReadonlySet<string>): number {
    let bytes = 0
    for (const { meta_data } of this.metadata.columns) {
      if (!meta_data || !names.has(meta_data.path_in_schema[0]!)) continue
      const { dictionary_page_offset, total_uncompressed_size, num_values, type } = meta_data
      const has_dictionary = dictionary_page_offset !== undefined
      const is_text = type === 'BYTE_ARRAY' && !has_dictionary
      bytes +=
        Number(total_uncompressed_size) * (has_dictionary ? DICTIONARY_GROWTH : TEXT_GROWTH) +
        Number(num_values) * (is_text ? TEXT_VALUE_BYTES : VALUE_BYTES)
    }
    return bytes + names.size * this.row_count * VALUE_BYTES
  }

  async #decode(names: readonly string[]): Promise<ColumnValues> {
    const values: ColumnValues = new Map(names.map((name) => [name, new Array<unknown>(this.row_count).fill(null)]))
    const present = topLevelColumns(this.#schema)
    const columns = names.filter((name) => present.has(name))
    if (columns.length === 0) return values
    let fetch_error: Error | undefined
    const file: AsyncBuffer = {
      byteLength: this.#file.byteLength + GROUP_START_BYTES,
      slice: async (start, end) => {
        try {
          return await this.#file.slice(start - GROUP_START_BYTES, end! - GROUP_START_BYTES)
        } catch (error) {
          fetch_error = error instanceof Error ? error : new Error(String(error))
          throw fetch_error
        }
      },
    }
    try {
      await parquetRead({
        file,
        metadata: {
          version: 2,
          schema: [...this.#schema],
          num_rows: this.metadata.num_rows,
          row_groups: [this.metadata],
          metadata_length: 0,
        },
        columns,
        compressors: READ_COMPRESSORS,
        parsers: RAW_PARSERS,
        onChunk: ({ columnName, columnData, rowStart }) => {
          const target = values.get(columnName) as unknown[]
          for (let i = 0; i < columnData.length; i++) target[rowStart + i] = columnData[i] ?? null
        },
      })
    } catch (cause) {
      // A range that could not be fetched says nothing about the file.
      if (fetch_error !== undefined) throw fetch_error
      throw new CorruptFile('a row group cannot be decoded', { cause })
    }
    return values
  }

  /**
   * This group under a schema with further columns, which are null in all its rows. The old bytes stay as they are; the
   * new chunks (a few bytes each) follow them.
   */
  withSchema(schema: readonly SchemaElement[]): RowGroup {
    if (schema === this.#schema) return this
    const present = topLevelColumns(this.#schema)
    const added = [...topLevelColumns(schema)].filter(([name]) => !present.has(name))
    if (added.length === 0) return this
    const nulls: ColumnValues = new Map(added.map(([name]) => [name, new Array<null>(this.row_count).fill(null)]))
    const addition = encodeRowGroup(schemaOf(added.map(([, elements]) => elements)), nulls, { statistics: new Set() })
    const chunks = new Map<string, ColumnChunk[]>()
    for (const chunk of this.metadata.columns) pushChunk(chunks, chunk)
    for (const chunk of addition.metadata.columns) pushChunk(chunks, shiftChunk(chunk, BigInt(this.size_bytes)))
    const group = new RowGroup(
      schema,
      {
        ...this.metadata,
        columns: [...topLevelColumns(schema).keys()].flatMap((name) => chunks.get(name) ?? []),
        total_byte_size: this.metadata.total_byte_size + addition.metadata.total_byte_size,
        total_compressed_size: BigInt(this.size_bytes + addition.size_bytes),
      },
      Buffer.concat([this.bytes, addition.bytes]),
    )
    group.#crc32c = joinCrc32c(this.crc32c, addition.crc32c, addition.size_bytes)
    return group
  }
}

function pushChunk(chunks: Map<string, ColumnChunk[]>, chunk: ColumnChunk): void {
  const name = chunk.meta_data?.path_in_schema[0] ?? ''
  const of_column = chunks.get(name)
  if (of_column) of_column.push(chunk)
  else chunks.set(name, [chunk])
}

/**
 * Encodes rows, given column by column, as one row group of `schema`.
 * @param statistics names of the columns that keep min, max and null count
 */
export function encodeRowGroup(
  schema: readonly SchemaElement[],
  values: ColumnValues,
  { statistics }: { statistics: ReadonlySet<string> },
): RowGroup {
  const columns = topLevelColumns(schema)
  const row_count = values.values().next().value?.length ?? 0
  const columnData = [...columns].map(([name, elements]) => {
    const data = (values.get(name) ?? new Array<null>(row_count).fill(null)) as unknown[]
    return {
      name,
      data,
      statistics: statistics.has(name),
      offsetIndex: false,
      ...(elements[0]!.converted_type === 'JSON' ? { encoding: 'PLAIN' as const } : {}),
      ...(isFixedWidth(elements) || isSmall(data) ? { codec: 'UNCOMPRESSED' as const } : {}),
    }
  })
  let groups: readonly RowGroupMetadata[] = []
  const bytes = copyOfWritten((writer) => {
    const parquet = new ParquetWriter({
      writer,
      schema: storedSchemaOf(schema),
      codec: 'ZSTD',
      compressors: WRITE_COMPRESSORS,
      statisticsTruncateLength: Infinity,
    })
    void parquet.write({ rowGroupSize: row_count, columnData })
    groups = parquet.row_groups
  })
  const [metadata] = groups
  if (!metadata || groups.length !== 1) throw new Error('a row group needs at least one row')
  return new RowGroup(schema, shiftGroup(metadata, 0n), bytes.subarray(GROUP_START_BYTES))
}

/** A few hundred numbers or booleans gain nothing from a compressor's call. */
function isFixedWidth(elements: readonly SchemaElement[]): boolean {
  return elements.length === 1 && elements[0]!.type !== 'BYTE_ARRAY'
}

/**
 * Where a compressor saves less than its call costs. Each call makes a context, about 20 µs to compress and 15 to
 * decompress whatever the size; a group of a few rows has twenty such columns. In a full group a column with so little
 * text repeats itself, which its dictionary makes smaller than a compressor does.
 */
const COMPRESSED_BYTES_MIN = 1024

function isSmall(values: readonly unknown[]): boolean {
  let size_bytes = 0
  const add = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.every(add)
    if (typeof value === 'string' || value instanceof Uint8Array) size_bytes += value.length
    return size_bytes < COMPRESSED_BYTES_MIN
  }
  return values.every(add)
}

/** The metadata with every offset moved by `offset_bytes`. */
export function shiftGroup(group: RowGroupMetadata, offset_bytes: bigint): RowGroupMetadata {
  const { file_offset: _, ordinal: __, ...rest } = group
  return { ...rest, columns: group.columns.map((chunk) => shiftChunk(chunk, offset_bytes)) }
}

function shiftChunk(chunk: ColumnChunk, offset_bytes: bigint): ColumnChunk {
  const { meta_data } = chunk
  if (!meta_data) throw new Error('a column chunk has no metadata')
  // Page indexes and bloom filters lie outside the group's bytes and do not travel with it.
  const { bloom_filter_offset: _, bloom_filter_length: __, index_page_offset: ___, ...rest } = meta_data
  return {
    file_offset: chunk.file_offset + offset_bytes,
    meta_data: {
      ...rest,
      data_page_offset: meta_data.data_page_offset + offset_bytes,
      ...(meta_data.dictionary_page_offset === undefined
        ? {}
        : { dictionary_page_offset: meta_data.dictionary_page_offset + offset_bytes }),
    },
  }
}

function inMemory(bytes: Uint8Array): AsyncBuffer {
  return {
    byteLength: bytes.byteLength,
    slice: (start, end) => {
      const copy = new Uint8Array((end ?? bytes.byteLength) - start)
      copy.set(bytes.subarray(start, end))
      return copy.buffer
    },
  }
}
