import type { Clock } from '#shared/base/clock.ts'
import { isObject } from '#shared/base/is-object.ts'
import { parsedJson } from '#shared/base/parsed-json.ts'
import { inSteps } from '../../base/in-steps.ts'
import { textOf } from '../../files/text.ts'
import { csvAudiences } from './csv-audiences.ts'
import { UnreadableFile, type FileRow } from './file-rows.ts'

/** What a user's file says: audiences, or everything of a device. */
export interface AudienceFile {
  readonly rows: readonly FileRow[]
  /** A download of the data of a device, which also has platforms, distributions and changes that were not sent. */
  readonly device_file: Readonly<Record<string, unknown>> | undefined
}

const PARQUET = new TextEncoder().encode('PAR1')

/**
 * The page answers while a large file is read.
 * @throws UnreadableFile with what would be right
 */
export async function readAudienceFile(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  clock: Clock,
  signal?: AbortSignal,
): Promise<AudienceFile> {
  if (!PARQUET.every((byte, at) => bytes[at] === byte)) return await readTextFile(name, textOf(bytes), clock, signal)
  const { parquetAudiences } = await import('./parquet-audiences.ts')
  return { rows: await parquetAudiences(bytes), device_file: undefined }
}

async function readTextFile(
  name: string,
  text: string,
  ...steps: readonly [clock: Clock, signal: AbortSignal | undefined]
): Promise<AudienceFile> {
  const inPieces = async (rows: Iterator<FileRow, void>) => (await inSteps(rows, ...steps)).pieces
  if (text.trim() === '') throw new UnreadableFile('The file is empty.')
  const is_json = /^\ufeff?\s*[[{]/.test(text)
  if (!is_json) {
    if (/\.json$/i.test(name)) throw new UnreadableFile('The file ends in .json and has no JSON in it.')
    return { rows: await inPieces(csvAudiences(text)), device_file: undefined }
  }
  const document = parsedJson(text.replace(/^\ufeff/, ''))
  if (document === undefined) return { rows: await inPieces(linesOf(text)), device_file: undefined }
  if (isObject(document) && Array.isArray(document['unsent'])) {
    return { rows: rowsOf(document['audiences'] ?? []), device_file: document }
  }
  const list = isObject(document) ? (document['audiences'] ?? [document]) : document
  return { rows: rowsOf(list), device_file: undefined }
}

function rowsOf(list: unknown): readonly FileRow[] {
  if (!Array.isArray(list)) throw new UnreadableFile('The file has no list of audiences.')
  return list.map((source: unknown, at) => ({ line: at + 1, source: isObject(source) ? source : { '?': source } }))
}

/** One audience in a line. */
function* linesOf(text: string): Generator<FileRow, void, void> {
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const source = parsedJson(line.trim())
    if (!isObject(source)) {
      throw new UnreadableFile('The JSON in this file is cut off or damaged. Export it once more.')
    }
    yield { line: at + 1, source }
  }
}
