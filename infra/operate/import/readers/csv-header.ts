import type { FieldNames } from '../kinds/field-names.ts'
import { firstCells, type Cell, type Cells, type CsvDialect, NothingWord } from './csv-records.ts'
import { UnreadableFile } from './reader.ts'

/** What programs put between cells. In the order in which they are preferred. */
const DELIMITERS = [',', ';', '\t', '|']

/** What Excel reads as the delimiter of the file, in a line before the header. */
const SEP_LINE = /^\ufeff?"?sep=(\\t|[^"\w\r\n])"?[,;\t|]*\s*$/i

export function sepOf(line: string): string | undefined {
  return SEP_LINE.exec(line)?.[1]?.replace('\\t', '\t')
}

/** The dialect under which the header names most fields of ours, and of those the one with most cells. */
export function dialectOf(header_text: string, sep: string | undefined, names: FieldNames | undefined): CsvDialect {
  const found = DELIMITERS.map((delimiter) => {
    const cells = firstCells(header_text, { delimiter, has_spaces: false }) ?? []
    const known = names ? cells.filter((cell) => names.nameOf(nameIn(cell)) !== undefined).length : 0
    return { delimiter, known, cells }
  })
  const [best] = found.toSorted((a, b) => b.known - a.known || b.cells.length - a.cells.length)
  const delimiter = sep ?? best!.delimiter
  if (sep !== undefined && best!.known > 1 && !header_text.includes(sep)) {
    const said = `sep=${sep === '\t' ? '\\t' : sep}`
    throw new UnreadableFile(
      `its first line says ${said}, and its header has ${named(best!.delimiter)} between the names`,
    )
  }
  // A space behind every delimiter of the header, as some write a comma.
  const [, ...others] = firstCells(header_text, { delimiter, has_spaces: false }) ?? []
  const has_spaces = others.length > 0 && others.every((cell) => textOf(cell).startsWith(' '))
  return { delimiter, has_spaces }
}

function named(delimiter: string): string {
  return delimiter === '\t' ? 'tabs' : JSON.stringify(delimiter)
}

export interface CsvHeader {
  /** In the order of the cells: our name where the spelling means one, else the name as it is. */
  readonly names: readonly string[]
  /** Every name is quoted, so that quotes around a cell say nothing. */
  readonly is_quoted: boolean
}

/** @throws UnreadableFile with the one cause when no row under this header could be imported */
export function headerOf(
  cells: Cells,
  header_text: string,
  dialect: CsvDialect,
  known: FieldNames | undefined,
): CsvHeader {
  const spelled = cells.map(nameIn)
  if (spelled.some((name) => name.includes('\0'))) {
    throw new UnreadableFile('the header has zero bytes: the file is UTF-16 without a byte order mark, or no text')
  }
  const meant = spelled.map((name) => known?.nameOf(name))
  const names = spelled.map((name, at) => meant[at] ?? (name === '' && at > 0 ? `column ${at + 1}` : name))
  const twice = names.findIndex((name, at) => name !== '' && names.indexOf(name) !== at)
  if (twice >= 0) throw new UnreadableFile(namedTwice(names, spelled, twice))
  if (known) {
    const said = `it has ${shownNames(spelled)}, with ${named(dialect.delimiter)} between them`
    if (meant.every((name) => name === undefined || name === '')) {
      throw new UnreadableFile(`its first line names no field of the records: ${said}`)
    }
    const missing = known.required.filter((spellings) => !spellings.some((name) => names.includes(name)))
    if (missing.length > 0) {
      throw new UnreadableFile(`the header has no column ${missing.map(([name]) => name).join(', ')}: ${said}`)
    }
  }
  const is_quoted =
    cells.length > 1 &&
    header_text
      .trim()
      .split(dialect.delimiter)
      .every((name) => /^ ?"[^]*"$/.test(name))
  return { names, is_quoted }
}

function namedTwice(names: readonly string[], spelled: readonly string[], at: number): string {
  const [first, second] = [spelled[names.indexOf(names[at]!)]!, spelled[at]!]
  const name = JSON.stringify(names[at])
  return first === second && first === names[at]
    ? `the header names ${name} twice`
    : `the header names ${name} twice, as ${JSON.stringify(first)} and ${JSON.stringify(second)}`
}

const NAMES_SHOWN = 10

function shownNames(names: readonly string[]): string {
  const shown = names
    .slice(0, NAMES_SHOWN)
    .map((name) => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name))
  return `${shown.join(', ')}${names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : ''}`
}

/** `trim` also takes a byte order mark off. */
function nameIn(cell: Cell): string {
  return textOf(cell).trim()
}

export function textOf(cell: Cell): string {
  return cell instanceof NothingWord ? cell.text : (cell ?? '')
}
