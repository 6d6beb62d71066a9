import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join, relative, resolve, sep } from 'node:path'

import { OperatorError } from '#infra/command/operator-error.ts'
import type { ImportKind } from './kinds/import-kind.ts'
import { IMPORT_KINDS } from './kinds/kinds.ts'
import { readCsv } from './readers/csv.ts'
import { listsIn, readJson, readJsonLines, readJsonList } from './readers/json.ts'
import { readParquet } from './readers/parquet.ts'
import type { Reader } from './readers/reader.ts'

/** A file to import, with what its path in a Hive layout says about its rows. */
export interface SourceFile {
  readonly path: string
  /** In reports: relative to `--from`. */
  readonly name: string
  readonly kind: ImportKind
  readonly read: Reader
  /** The user of the folder `user_id=…`: decoded as Hive writes it, and as it stands. */
  readonly folder_user: { readonly decoded: string; readonly raw: string } | undefined
  /** `202505`: of the folders `year=…/month=…`, else of the file's name. */
  readonly month: string | undefined
}

/** The place of a row in the source. */
export interface Place {
  readonly file: SourceFile
  /** As the reader of the format counts. */
  readonly number: number
}

export interface SkippedFile {
  readonly name: string
  readonly reason: string
}

const READERS: Readonly<Record<string, Reader>> = {
  '.parquet': readParquet,
  '.csv': readCsv,
  '.tsv': readCsv,
  '.json': readJson,
  '.jsonl': readJsonLines,
  '.ndjson': readJsonLines,
}

/** Folders without records, beside the tables of the old system and of our bucket. */
const FOLDERS_WITHOUT_RECORDS = new Set(['indexes', 'config', 'migrations', 'logs'])
/** Tables of either system. */
const TABLES = ['audiences', 'platforms', 'distributions']

/**
 * The files below a folder, or the one file, in a fixed order: by kind of record, then by path.
 * @throws OperatorError when there is no such file or folder
 */
export async function findSourceFiles(from: string): Promise<{ files: SourceFile[]; skipped: SkippedFile[] }> {
  const root = resolve(from)
  if (!existsSync(root)) throw new OperatorError(`There is no file or folder ${root}.`)
  const is_folder = (await stat(root)).isDirectory()
  const files: SourceFile[] = []
  const skipped: SkippedFile[] = []
  for await (const path of is_folder ? walk(root) : [root]) {
    const name = is_folder ? relative(root, path).replaceAll(sep, '/') : basename(path)
    const file = describe(path, name)
    if ('reason' in file) skipped.push(file)
    else files.push(...(await byList(file)))
  }
  const place = ({ kind }: SourceFile) => IMPORT_KINDS.indexOf(kind)
  return { files: files.toSorted((a, b) => place(a) - place(b)), skipped }
}

async function* walk(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    // Names that begin with a dot or underscore belong to other programs: `.DS_Store`, `_SUCCESS`.
    if (/^[._]/.test(entry.name)) continue
    if (entry.isDirectory()) {
      if (!FOLDERS_WITHOUT_RECORDS.has(entry.name)) yield* walk(path)
    } else {
      yield path
    }
  }
}

function describe(path: string, name: string): SourceFile | SkippedFile {
  const read = READERS[extname(path).toLowerCase()]
  if (!read) return { name, reason: 'is not a Parquet, CSV or JSON file' }
  const folders = path.split(sep).slice(0, -1)
  const table = tableOf(folders, path)
  const kind = IMPORT_KINDS.find((known) => known.kind.name === table)
  if (!kind) return { name, reason: `${table} cannot be imported` }
  const raw_user = partitionValue(folders, 'user_id')
  return {
    path,
    name,
    kind,
    read,
    folder_user: raw_user === undefined ? undefined : { decoded: percentDecoded(raw_user), raw: raw_user },
    month: folderMonth(folders) ?? /_(\d{4}(?:0[1-9]|1[0-2]))\.[a-z]+$/i.exec(basename(path))?.[1],
  }
}

/** A document with several lists, as users of the client download it, is a file of each of their kinds. */
async function byList(file: SourceFile): Promise<readonly SourceFile[]> {
  const is_document = file.read === readJson && file.folder_user === undefined && listIn(file.path) !== undefined
  const lists = is_document ? await listsIn(file.path) : []
  if (lists.length < 2) return [file]
  return IMPORT_KINDS.filter(({ kind }) => lists.includes(kind.name)).map((kind) => ({
    ...file,
    name: `${file.name} (${kind.kind.name})`,
    kind,
    read: readJsonList(kind.kind.name),
  }))
}

/** By the folder of the partitions, the file's name, or the name of the list in a JSON file; else audiences. */
function tableOf(folders: readonly string[], path: string): string {
  const file = basename(path)
  const user_at = folders.findLastIndex((folder) => folder.startsWith('user_id='))
  const parent = user_at > 0 ? folders[user_at - 1]! : ''
  if (TABLES.includes(parent)) return parent
  return TABLES.find((table) => new RegExp(`^${table}\\b|^${table}_`).test(file)) ?? listIn(path) ?? 'audiences'
}

const HEAD_BYTES = 4096
const LIST =
  /^\s*\{(?:\s*"\w+"\s*:\s*(?:"[^"]*"|[\d.]+|true|false|null)\s*,)*\s*"(audiences|platforms|distributions)"\s*:\s*\[/

/** The table that a JSON document names: `{"platforms": […`. */
function listIn(path: string): string | undefined {
  if (extname(path).toLowerCase() !== '.json') return undefined
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(HEAD_BYTES)
    return LIST.exec(head.toString('utf8', 0, readSync(file, head)))?.[1]
  } finally {
    closeSync(file)
  }
}

function folderMonth(folders: readonly string[]): string | undefined {
  const year = partitionValue(folders, 'year')
  const month = partitionValue(folders, 'month')
  if (!/^\d{4}$/.test(year ?? '') || !/^(0?[1-9]|1[0-2])$/.test(month ?? '')) return undefined
  return `${year}${month!.padStart(2, '0')}`
}

function partitionValue(folders: readonly string[], key: string): string | undefined {
  const value = folders.findLast((folder) => folder.startsWith(`${key}=`))?.slice(key.length + 1)
  return value === undefined || value === '' || value === '__HIVE_DEFAULT_PARTITION__' ? undefined : value
}

/** The old system did not encode names: one that cannot be decoded is taken literally. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
