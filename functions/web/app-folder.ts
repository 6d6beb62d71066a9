import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

import { type Encoding, ENCODINGS } from './encodings.ts'
import { mediaTypeOf } from './file-types.ts'
import { isAsset, type Representation, tagOf } from './representation.ts'

/** A file of the app, in memory. */
export interface AppFile extends Omit<Representation, 'encoding'> {
  /** By the encoding's name in HTTP. */
  readonly encoded: ReadonlyMap<string, Uint8Array>
}

/** The files of one build, by their paths: `/index.html`, `/sw.js`, `/assets/index-4f2a.js`. */
export type AppFiles = ReadonlyMap<string, AppFile>

export const PAGE_FILE = '/index.html'

/**
 * Reads a built app whole. Only what was read here is ever sent, so that no path leads to another file.
 * @returns `undefined` where there is none
 * @throws Error for a file that nobody knows how to send
 */
export function readAppFolder(dir: string): AppFiles | undefined {
  const paths = pathsBelow(dir)
  if (!paths.includes(PAGE_FILE)) return undefined
  const variants = new Set(paths.filter((path) => ENCODINGS.some(({ ending }) => path.endsWith(ending))))
  return new Map(paths.filter((path) => !variants.has(path)).map((path) => [path, readAppFile(dir, path, variants)]))
}

/** The file as a client that accepts `encoding` gets it. */
export function representationOf(
  { media_type, tag, bytes, encoded }: AppFile,
  encoding: Encoding | undefined,
): Representation {
  const found = encoding === undefined ? undefined : encoded.get(encoding.name)
  return { media_type, tag, encoding: found === undefined ? undefined : encoding?.name, bytes: found ?? bytes }
}

/** What begins with a dot is for tools. */
function pathsBelow(dir: string): string[] {
  try {
    const entries = readdirSync(dir, { recursive: true, withFileTypes: true })
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => `/${relative(dir, join(entry.parentPath, entry.name)).replaceAll(sep, '/')}`)
    return paths.filter((path) => !path.includes('/.') && !path.endsWith('.map')).toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function readAppFile(dir: string, path: string, variants: ReadonlySet<string>): AppFile {
  const media_type = mediaTypeOf(path)
  if (media_type === undefined) throw new Error(`${path} of the app has no known media type`)
  const bytes = readFileSync(join(dir, path))
  const encoded = ENCODINGS.filter(({ ending }) => variants.has(`${path}${ending}`)).map(
    ({ name, ending }) => [name, readFileSync(join(dir, `${path}${ending}`))] as const,
  )
  return { media_type, tag: tagOf(isAsset(path) ? path : bytes), bytes, encoded: new Map(encoded) }
}
