import type { SourceFile } from './source-files.ts'
import { idText, LOST_DIGITS, shown, type Note } from './values.ts'

/** A subject of 255 bytes and the alias of its issuer. */
const USER_ID_BYTES_MAX = 272
const CONTROL_CHARACTER = /\p{Cc}/u

/**
 * The user of a row, from the column, the folder `user_id=…` and `--user`. Those that are present have to agree.
 *
 * The old system had a `sub` with a colon as it stands; here that is the user `:<sub>`, unless the text before the colon
 * is an issuer's alias. Only somebody who knows the issuers can tell, so `--user ":<sub>"` agrees with both spellings.
 * @returns `undefined` after a note when none is present or two differ
 */
export function userOf(
  { folder_user }: Pick<SourceFile, 'folder_user'>,
  column: unknown,
  option: string | undefined,
  note: Note,
): string | undefined {
  const in_column = idText(column ?? '')
  if (in_column === undefined) return refuse(note, LOST_DIGITS)
  if (typeof in_column !== 'string') return refuse(note, `must be text: ${shown(column)}`)
  const claims: [source: string, user_id: string][] = []
  if (in_column !== '') claims.push(['the column', in_column])
  if (folder_user) {
    claims.push(['the folder', spelledAs(in_column, folder_user) ?? folder_user.decoded])
  }
  if (option !== undefined) claims.push(['--user', option])
  const colon_first = claims.find(([, claimed]) => claimed.startsWith(':'))
  const user_id = (colon_first ?? claims[0])?.[1]
  if (user_id === undefined) return refuse(note, 'is missing: neither column nor folder has one. Use --user')
  const isSameUser = (claimed: string) => claimed === user_id || (claimed.includes(':') && `:${claimed}` === user_id)
  if (!claims.every(([, claimed]) => isSameUser(claimed))) {
    const said = claims.map(([source, claimed]) => `${source} says ${JSON.stringify(claimed)}`)
    return refuse(note, `is ambiguous: ${said.join(', ')}`)
  }
  const is_valid =
    Buffer.byteLength(user_id) <= USER_ID_BYTES_MAX && user_id.isWellFormed() && !CONTROL_CHARACTER.test(user_id)
  return is_valid
    ? user_id
    : refuse(note, `must be plain text of at most ${USER_ID_BYTES_MAX} bytes: ${shown(user_id)}`)
}

/**
 * The column, if it says the same user as the folder: decoded as Hive writes it, or as it stands, because the old system
 * did not encode its folders. File systems normalize the names of folders, so here, and only here, two spellings of a
 * text in Unicode are the same; the user is the one that the column spells.
 */
function spelledAs(column: string, { decoded, raw }: NonNullable<SourceFile['folder_user']>): string | undefined {
  const isFolder = (spelled: string) =>
    [decoded, raw].some((folder) => folder.normalize('NFC') === spelled.normalize('NFC'))
  if (column !== '' && isFolder(column)) return column
  return column.includes(':') && isFolder(`:${column}`) ? `:${column}` : undefined
}

function refuse(note: Note, message: string): undefined {
  note(message)
  return undefined
}
