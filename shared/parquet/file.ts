import { parquetMetadata } from 'hyparquet'
import type { AsyncBuffer, FileMetaData, RowGroup as RowGroupMetadata, SchemaElement } from 'hyparquet'

import { crc32c, joinCrc32c } from '../base/crc32c.ts'
import {
  CHECKSUM_PLACEHOLDER,
  checksumText,
  FOOTER_CHECKSUM_KEY,
  GROUP_CHECKSUMS_KEY,
  sealFooter,
  verifyFooter,
} from './checksums.ts'
import { CorruptFile } from './corrupt-file.ts'
import { encodeMetadata, placeGroup, type PlacedGroup } from './footer.ts'
import { RAW_METADATA_PARSERS } from './raw-values.ts'
import { GROUP_START_BYTES, RowGroup, shiftGroup } from './row-group.ts'

/** A Parquet file in memory: its schema, its row groups, and the key-values of its footer. */
export interface ParquetFile {
  readonly schema: readonly SchemaElement[]
  readonly groups: readonly RowGroup[]
  readonly key_values: ReadonlyMap<string, string>
}

const MAGIC = new TextEncoder().encode('PAR1')
/** Footer length (4 bytes) and the closing magic. */
const TAIL_BYTES = 8

/** @throws CorruptFile */
export function parseFile(bytes: Uint8Array): ParquetFile {
  requireMagic(bytes.subarray(0, MAGIC.length), 'start')
  const footer_bytes = footerBytes(bytes)
  if (footer_bytes > bytes.length - MAGIC.length) throw new CorruptFile('the footer is longer than the file')
  return openGroups(bytes, bytes.length - footer_bytes, (start, end) => bytes.subarray(start, end))
}

/**
 * Opens a file of which only the end is here; the groups' bytes are fetched by range as columns are asked for.
 * @param tail the last bytes of the file, at least `footerBytes` of them
 * @throws CorruptFile
 */
export function parseTail(
  tail: Uint8Array,
  file_bytes: number,
  readRange: (start: number, end: number) => Promise<Uint8Array>,
): ParquetFile {
  return openGroups(tail, file_bytes - footerBytes(tail), (start, end): AsyncBuffer => ({
    byteLength: end - start,
    slice: async (from, to) => {
      const part = await readRange(start + from, start + (to ?? end - start))
      return new Uint8Array(part).buffer
    },
  }))
}

/** Length of the footer with its tail, as the last 8 bytes of a file say it. @throws CorruptFile */
export function footerBytes(tail: Uint8Array): number {
  if (tail.length < TAIL_BYTES) throw new CorruptFile('the file is too short to be Parquet')
  requireMagic(tail.subarray(tail.length - MAGIC.length), 'end')
  return new DataView(tail.buffer, tail.byteOffset + tail.length - TAIL_BYTES, 4).getUint32(0, true) + TAIL_BYTES
}

function requireMagic(bytes: Uint8Array, where: 'start' | 'end'): void {
  if (bytes.length !== MAGIC.length || bytes.some((byte, at) => byte !== MAGIC[at])) {
    throw new CorruptFile(`the file does not ${where} as Parquet does`)
  }
}

function openGroups(
  tail: Uint8Array,
  data_end: number,
  contentOf: (start: number, end: number) => Uint8Array | AsyncBuffer,
): ParquetFile {
  verifyFooter(tail.subarray(tail.length - footerBytes(tail)))
  const metadata = parseMetadata(tail)
  const key_values = new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? '']))
  const checksums = (key_values.get(GROUP_CHECKSUMS_KEY) ?? '').match(/[0-9a-f]{8}/g) ?? []
  key_values.delete(GROUP_CHECKSUMS_KEY)
  key_values.delete(FOOTER_CHECKSUM_KEY)
  const groups = metadata.row_groups.map((metadata_of_group, at) => {
    const { start, end } = extentOf(metadata_of_group)
    if (start < MAGIC.length || end > data_end) throw new CorruptFile('a row group lies outside the file')
    const group = new RowGroup(
      metadata.schema,
      shiftGroup(metadata_of_group, BigInt(GROUP_START_BYTES - start)),
      contentOf(start, end),
    )
    if (group.is_whole && checksumOf(group) !== checksums[at]) throw new CorruptFile('a row group is damaged')
    return group
  })
  return { schema: metadata.schema, groups, key_values }
}

function parseMetadata(tail: Uint8Array): FileMetaData {
  try {
    return parquetMetadata(tail, { parsers: RAW_METADATA_PARSERS, geoparquet: false })
  } catch (cause) {
    throw new CorruptFile('the footer cannot be read', { cause })
  }
}

/** First and last byte (exclusive) of a group's column chunks. */
function extentOf(group: RowGroupMetadata): { start: number; end: number } {
  let start = Infinity
  let end = 0
  for (const { meta_data, file_path } of group.columns) {
    if (!meta_data || file_path) throw new CorruptFile('a column chunk is not in this file')
    const chunk_start = Number(meta_data.dictionary_page_offset ?? meta_data.data_page_offset)
    start = Math.min(start, chunk_start)
    end = Math.max(end, chunk_start + Number(meta_data.total_compressed_size))
  }
  if (!(start < end)) throw new CorruptFile('a row group has no data')
  return { start, end }
}

/**
 * The file as bytes, with their checksum. Groups are copied as they are: only the footer is made.
 * Every group must have been encoded or aligned (`withSchema`) for `schema`.
 */
export function assembleFile({ schema, groups, key_values }: ParquetFile): { bytes: Uint8Array; crc32c: number } {
  const placed: PlacedGroup[] = []
  let offset_bytes = MAGIC.length
  let crc = crc32c(MAGIC)
  for (const group of groups) {
    placed.push(placeGroup(schema, group, offset_bytes))
    offset_bytes += group.size_bytes
    crc = joinCrc32c(crc, group.crc32c, group.size_bytes)
  }
  const footer = encodeFooter(schema, placed, groups.map(checksumOf), key_values)
  return {
    bytes: Buffer.concat([MAGIC, ...groups.map((group) => group.bytes), footer]),
    crc32c: joinCrc32c(crc, crc32c(footer), footer.length),
  }
}

/**
 * A file as it grows: each group leaves as soon as it is there, the footer last. For downloads of any length.
 */
export async function* streamFile(
  schema: readonly SchemaElement[],
  groups: AsyncIterable<RowGroup>,
): AsyncGenerator<Uint8Array> {
  yield MAGIC
  const placed: PlacedGroup[] = []
  let offset_bytes = MAGIC.length
  const checksums: string[] = []
  for await (const group of groups) {
    placed.push(placeGroup(schema, group, offset_bytes))
    checksums.push(checksumOf(group))
    offset_bytes += group.size_bytes
    yield group.bytes
  }
  yield encodeFooter(schema, placed, checksums, new Map())
}

/** The metadata with their length, and the closing magic. */
function encodeFooter(
  schema: readonly SchemaElement[],
  placed: readonly PlacedGroup[],
  checksums: readonly string[],
  key_values: ReadonlyMap<string, string>,
): Buffer {
  const metadata = encodeMetadata(schema, placed, {
    created_by: 'activation-manager',
    key_value_metadata: [
      ...[...key_values].map(([key, value]) => ({ key, value })),
      { key: GROUP_CHECKSUMS_KEY, value: checksums.join('') },
      { key: FOOTER_CHECKSUM_KEY, value: CHECKSUM_PLACEHOLDER },
    ],
  })
  const footer = Buffer.concat([metadata, MAGIC])
  sealFooter(footer)
  return footer
}

function checksumOf(group: RowGroup): string {
  return checksumText(group.crc32c)
}
