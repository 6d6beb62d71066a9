import type { Dirent } from 'node:fs'
import { mkdir, open, readdir, readFile, realpath, rename, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { OperatorError } from '#infra/command/operator-error.ts'
import { audienceText, type StatedAudience } from './audience-text.ts'
import { fileName } from './file-names.ts'
import { type FileFault, readAudience } from './read-audience.ts'

/** A file as it was read. */
export interface AudienceFile extends StatedAudience {
  /** From the folder, with `/`. */
  readonly path: string
  readonly text: string
  /** Values that the service does not take. */
  readonly field_faults: readonly FileFault[]
}

/** The files of a folder, all of them read. */
export interface FolderContent {
  readonly files: readonly AudienceFile[]
  /** Why files cannot be read, or do not go together. */
  readonly faults: readonly FileFault[]
}

/** Four times what a record may have. */
const FILE_BYTES_MAX = 1024 * 1024
const FILES_MAX = 50_000
const DEPTH_MAX = 8
const IS_AUDIENCE = /\.ya?ml$/i

/**
 * Files of audiences below a folder. Names that begin with a dot are left alone, and so is everything that is no YAML. No
 * symbolic link is followed: nothing outside of the folder is read or written.
 */
export class AudienceFolder {
  readonly #root: string
  /** Names that new files are getting. */
  readonly #taken = new Set<string>()

  private constructor(root: string) {
    this.#root = root
  }

  /** @param makes creates a folder that is not there @throws OperatorError */
  static async open(dir: string, { makes }: { makes: boolean }): Promise<AudienceFolder> {
    if (makes) await mkdir(dir, { recursive: true })
    const root = await realpath(dir).catch(() => undefined)
    if (root === undefined || !(await stat(root)).isDirectory()) {
      throw new OperatorError(`There is no folder ${dir}. \`npm run audiences -- pull ${dir}\` writes one.`)
    }
    return new AudienceFolder(root)
  }

  async read(): Promise<FolderContent> {
    const files: AudienceFile[] = []
    const faults: FileFault[] = []
    for await (const path of this.#paths(faults)) {
      if (files.length === FILES_MAX) throw new OperatorError(`There are more than ${FILES_MAX} files in the folder.`)
      const text = await this.#text(path)
      if (text instanceof TypeError) {
        faults.push(ofFile(path, text.message))
        continue
      }
      const { stated, faults: own, field_faults } = readAudience(path, text)
      faults.push(...own)
      if (stated) files.push({ ...stated, path, text, field_faults })
    }
    return { files, faults: [...faults, ...sharedIds(files)] }
  }

  /**
   * Gives a file the text of what it states now, unless it has changed on disk since it was read.
   * @returns the file as it is then; `undefined` when somebody else has changed it
   */
  async replace(file: AudienceFile, stated: StatedAudience): Promise<AudienceFile | undefined> {
    const text = withLineEndsOf(file.text, audienceText(stated))
    if (text !== file.text) {
      const now = await this.#text(file.path).catch(() => undefined)
      if (now !== file.text) return undefined
      await this.#write(file.path, text)
    }
    return { ...file, ...stated, text }
  }

  /** Writes a file for an audience that has none. @returns its path */
  async add(stated: StatedAudience & { readonly audience_id: string }): Promise<string> {
    const { audience_id, content } = stated
    const names = [fileName(content.name, audience_id), `${audience_id.replace(/[^\w-]/g, '-')}.yaml`]
    for (const name of names) {
      if (this.#taken.has(name)) continue
      this.#taken.add(name)
      if (!(await this.#isFree(name))) continue
      await this.#write(name, audienceText(stated))
      return name
    }
    throw new OperatorError(`${names.join(' and ')} are there already, and neither is the audience ${audience_id}.`)
  }

  async *#paths(faults: FileFault[], under = '', depth = 0): AsyncGenerator<string> {
    const entries = await readdir(join(this.#root, under), { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      const path = under === '' ? entry.name : `${under}/${entry.name}`
      if (entry.isDirectory()) {
        if (depth < DEPTH_MAX) yield* this.#paths(faults, path, depth + 1)
        else faults.push(ofFile(path, `lies deeper than ${DEPTH_MAX} folders`))
      } else if (IS_AUDIENCE.test(entry.name)) {
        const fault = notAFile(entry)
        if (fault === undefined) yield path
        else faults.push(ofFile(path, fault))
      }
    }
  }

  /** @returns a TypeError that says why it is no text */
  async #text(path: string): Promise<string | TypeError> {
    const file = join(this.#root, path)
    const { size } = await stat(file)
    if (size > FILE_BYTES_MAX) return new TypeError(`has more than ${FILE_BYTES_MAX / 1024} KiB`)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
    } catch (error) {
      if (error instanceof TypeError) return new TypeError('is not UTF-8')
      throw error
    }
  }

  async #isFree(path: string): Promise<boolean> {
    return await stat(join(this.#root, path)).then(
      () => false,
      () => true,
    )
  }

  /** Whole or not at all, also when the process or the machine ends. */
  async #write(path: string, text: string): Promise<void> {
    const file = join(this.#root, path)
    if ((await realpath(dirname(file))) !== join(this.#root, dirname(path))) {
      throw new OperatorError(`${path} lies behind a symbolic link now. It was not written.`)
    }
    const written = join(dirname(file), `.${basename(file)}.new`)
    const handle = await open(written, 'w', 0o644)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(written, file)
  }
}

function ofFile(path: string, message: string): FileFault {
  return { path, line: undefined, column: undefined, message }
}

function notAFile(entry: Dirent): string | undefined {
  if (entry.isFile()) return undefined
  return entry.isSymbolicLink() ? 'is a symbolic link, which is not followed' : 'is no regular file'
}

function sharedIds(files: readonly AudienceFile[]): FileFault[] {
  const first = new Map<string, string>()
  return files.flatMap(({ audience_id, path }) => {
    if (audience_id === undefined) return []
    const other = first.get(audience_id)
    if (other !== undefined) return [ofFile(path, `has the audience_id of ${other}: a copy of a file needs none`)]
    first.set(audience_id, path)
    return []
  })
}

/** A checkout may have the line ends of Windows. */
function withLineEndsOf(before: string, text: string): string {
  return before.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text
}
