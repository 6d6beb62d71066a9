/**
 * Where the bytes lie:
 * ```
 * buckets/<bucket>/<object name>    live, the plain file other programs open
 * encoded/<bucket>/<sha256 of name> live, when the name cannot be a plain path or clashes with one (`a` and `a/b`)
 * versions/<bucket>/<generation>    noncurrent
 * staging/<generation>              written and synced, waiting for its line in the journal
 * ```
 * A write stages its bytes, commits by its line in the journal, and is then put in place by a link and a rename. The
 * putting in place is synchronous and happens in the same turn of the event loop as the change of the catalog, so a
 * reader, which looks up and opens in one turn too, never sees one without the other. After a kill, a staged file whose
 * generation is live in the journal is put in place then (recovery.ts); one that is not was never committed.
 */
import fs from 'node:fs'
import { createHash } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Location, Version } from './catalog.ts'
import { writeWithin, type DiskSpace } from './disk-space.ts'
import { syncFolder } from './journal.ts'
import { isPlainPath } from './object-names.ts'

const readAsync = promisify(fs.read)
const writeAsync = promisify(fs.write)
const fdatasyncAsync = promisify(fs.fdatasync)

/** Above this, reading in the thread pool beats blocking the event loop for it. */
const READ_SYNC_BYTES_MAX = 64 * 1024

export class ObjectFiles {
  readonly root: string
  readonly #fsync: boolean
  readonly #space: DiskSpace
  readonly #fold: (name: string) => string
  /** Plain files that are there or about to be, and how many lie under each folder: decides what clashes. */
  readonly #claimed_files = new Set<string>()
  readonly #claimed_folders = new Map<string, number>()

  constructor(root: string, { fsync, space }: { fsync: boolean; space: DiskSpace }) {
    this.root = root
    this.#fsync = fsync
    this.#space = space
    for (const folder of ['buckets', 'encoded', 'versions', 'staging']) {
      fs.mkdirSync(path.join(root, folder), { recursive: true })
    }
    // Where `A` and `a` (or two Unicode forms) are one file, only one of them may have the plain path.
    this.#fold = isCaseSensitive(root) ? (name) => name : (name) => name.normalize('NFC').toLowerCase()
  }

  bucketFolder(bucket: string): string {
    return path.join(this.root, 'buckets', bucket)
  }

  plainPath(bucket: string, name: string): string {
    return `${this.bucketFolder(bucket)}/${name}`
  }

  encodedPath(bucket: string, name: string): string {
    return path.join(this.root, 'encoded', bucket, createHash('sha256').update(name).digest('hex'))
  }

  livePath(bucket: string, name: string, location: Location): string {
    return location === 'plain' ? this.plainPath(bucket, name) : this.encodedPath(bucket, name)
  }

  isPlain(bucket: string, name: string): boolean {
    return isPlainPath(this.bucketFolder(bucket), name)
  }

  versionPath(bucket: string, generation: number): string {
    return path.join(this.root, 'versions', bucket, String(generation))
  }

  stagingPath(generation: number): string {
    return path.join(this.root, 'staging', String(generation))
  }

  addBucket(bucket: string): void {
    for (const tree of ['buckets', 'encoded', 'versions']) {
      fs.mkdirSync(path.join(this.root, tree, bucket), { recursive: true })
    }
  }

  removeBucket(bucket: string): void {
    fs.rmSync(path.join(this.root, 'encoded', bucket), { recursive: true, force: true })
    fs.rmSync(path.join(this.root, 'versions', bucket), { recursive: true, force: true })
    // Files that remain in there are no objects, so they are not ours to delete.
    removeIfEmpty(this.bucketFolder(bucket))
  }

  /** Whether an object, this one or one the file system takes for it, has this plain path. */
  isClaimed(bucket: string, name: string): boolean {
    return this.#claimed_files.has(this.#fold(`${bucket}/${name}`))
  }

  /**
   * Decides where the next live version of an object goes, and holds the place.
   * Pair with `release` when the write does not come about.
   */
  claim(bucket: string, name: string): Location {
    if (!this.isPlain(bucket, name)) return 'encoded'
    const key = this.#fold(`${bucket}/${name}`)
    if (this.#claimed_files.has(key)) return 'encoded'
    if (this.#claimed_folders.has(key) || foldersOf(key).some((folder) => this.#claimed_files.has(folder))) {
      return 'encoded'
    }
    if (!this.#makeRoom(bucket, name)) return 'encoded'
    this.#hold(key)
    return 'plain'
  }

  /** Notes that an object's plain file is there already: at the start, for what the journal says. */
  holdPlain(bucket: string, name: string): void {
    const key = this.#fold(`${bucket}/${name}`)
    if (!this.#claimed_files.has(key)) this.#hold(key)
  }

  release(bucket: string, name: string): void {
    const key = this.#fold(`${bucket}/${name}`)
    if (!this.#claimed_files.delete(key)) return
    for (const folder of foldersOf(key)) {
      const left = (this.#claimed_folders.get(folder) ?? 1) - 1
      if (left === 0) this.#claimed_folders.delete(folder)
      else this.#claimed_folders.set(folder, left)
    }
    this.#pruneFolders(bucket, name)
  }

  /** Writes and syncs the bytes of a version that is about to be committed. Returns the file's modification time. */
  async stage(generation: number, bytes: Uint8Array): Promise<number> {
    const file = fs.openSync(this.stagingPath(generation), 'w')
    try {
      // One call for all of it, not FileHandle.writeFile, which comes back to the event loop every 512 KiB.
      await writeWithin(this.#space, bytes, async (fitting) => {
        for (let at = 0; at < fitting.length;) at += (await writeAsync(file, fitting, at)).bytesWritten
      })
      if (this.#fsync) await fdatasyncAsync(file)
      return fs.fstatSync(file).mtimeMs
    } finally {
      fs.closeSync(file)
    }
  }

  async discardStaged(generation: number): Promise<void> {
    await fs.promises.rm(this.stagingPath(generation), { force: true })
  }

  async syncStaging(): Promise<void> {
    if (this.#fsync) await syncFolder(path.join(this.root, 'staging'))
  }

  /**
   * Puts a committed version in place of what was live. Synchronous: see the head of this file. When a full disk keeps
   * it from coming about, it can be called again.
   * @param keeps whether the one it replaces becomes noncurrent
   */
  putInPlace(bucket: string, version: Version, replaced: Version | undefined, keeps: boolean): void {
    if (replaced && keeps) this.keepVersion(bucket, replaced)
    fs.renameSync(this.stagingPath(version.generation), this.livePath(bucket, version.name, version.location))
    if (replaced && replaced.location !== version.location) this.#removeLiveFile(bucket, replaced)
  }

  /** Takes a live version away; `keeps`: it becomes noncurrent. */
  takeAway(bucket: string, version: Version, keeps: boolean): void {
    if (keeps) this.keepVersion(bucket, version)
    this.#removeLiveFile(bucket, version)
  }

  removeVersion(bucket: string, generation: number): void {
    fs.rmSync(this.versionPath(bucket, generation), { force: true })
  }

  /** Makes a removal durable, so that a power cut cannot bring the file back. */
  async syncRemoval(bucket: string, version: Version): Promise<void> {
    if (!this.#fsync) return
    let folder = path.dirname(this.livePath(bucket, version.name, version.location))
    while (!fs.existsSync(folder)) folder = path.dirname(folder)
    await syncFolder(folder)
  }

  /**
   * The bytes of a version from `start` to `end` (exclusive). Opens the file before it returns for the first time, so
   * the bytes are those of this version even when another is written in the meantime.
   * @throws when the file is not as it was written, naming the object
   */
  read(bucket: string, version: Version, is_live: boolean, start = 0, end = version.size_bytes): Promise<Buffer> {
    const file_path = is_live
      ? this.livePath(bucket, version.name, version.location)
      : this.versionPath(bucket, version.generation)
    const file = fs.openSync(file_path, 'r')
    const bytes = Buffer.allocUnsafe(end - start)
    if (bytes.length > READ_SYNC_BYTES_MAX) return this.#readInPool(file, bytes, start, file_path)
    try {
      const read_bytes = fs.readSync(file, bytes, 0, bytes.length, start)
      if (read_bytes < bytes.length) throw changedOutside(file_path)
      return Promise.resolve(bytes)
    } finally {
      fs.closeSync(file)
    }
  }

  async #readInPool(file: number, bytes: Buffer, start: number, file_path: string): Promise<Buffer> {
    try {
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await readAsync(file, bytes, at, bytes.length - at, start + at)
        if (bytesRead === 0) throw changedOutside(file_path)
        at += bytesRead
      }
      return bytes
    } finally {
      fs.closeSync(file)
    }
  }

  /** Makes the noncurrent file of a version that is live. A link, so that the plain path is never without a file. */
  keepVersion(bucket: string, version: Version): void {
    const live_path = this.livePath(bucket, version.name, version.location)
    const kept_path = this.versionPath(bucket, version.generation)
    if (fs.existsSync(kept_path)) return
    try {
      fs.linkSync(live_path, kept_path)
    } catch (error) {
      if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error
      fs.renameSync(live_path, kept_path) // A file system without links.
    }
  }

  #removeLiveFile(bucket: string, version: Version): void {
    fs.rmSync(this.livePath(bucket, version.name, version.location), { force: true })
    if (version.location === 'plain') this.release(bucket, version.name)
  }

  #hold(key: string): void {
    this.#claimed_files.add(key)
    for (const folder of foldersOf(key)) this.#claimed_folders.set(folder, (this.#claimed_folders.get(folder) ?? 0) + 1)
  }

  /** Makes the folders above a plain path; false when a file of another program is in the way. */
  #makeRoom(bucket: string, name: string): boolean {
    const file_path = this.plainPath(bucket, name)
    try {
      fs.mkdirSync(path.dirname(file_path), { recursive: true })
      if (fs.statSync(file_path, { throwIfNoEntry: false })?.isDirectory()) fs.rmdirSync(file_path)
      return true
    } catch (error) {
      if (isErrno(error, 'EEXIST', 'ENOTDIR', 'ENOTEMPTY')) return false
      throw error
    }
  }

  /** Removes the folders that the last object left empty: Cloud Storage has no folders, so neither has the tree. */
  #pruneFolders(bucket: string, name: string): void {
    for (const folder of foldersOf(`${bucket}/${name}`)) {
      if (folder === bucket || this.#claimed_folders.has(this.#fold(folder))) return
      if (!removeIfEmpty(path.join(this.root, 'buckets', folder))) return
    }
  }
}

function removeIfEmpty(folder: string): boolean {
  try {
    fs.rmdirSync(folder)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOTEMPTY', 'ENOENT', 'EEXIST')) return false
    throw error
  }
}

/** `b/x/y/z` → `b/x/y`, `b/x`, `b` */
function foldersOf(key: string): string[] {
  const folders: string[] = []
  for (let at = key.lastIndexOf('/'); at > 0; at = key.lastIndexOf('/', at - 1)) folders.push(key.slice(0, at))
  return folders
}

function isCaseSensitive(root: string): boolean {
  const probe = path.join(root, 'staging', 'probe')
  fs.writeFileSync(probe, '')
  const is_same_file = fs.existsSync(path.join(root, 'staging', 'PROBE'))
  fs.rmSync(probe)
  return !is_same_file
}

function changedOutside(file_path: string): Error {
  return new Error(`${file_path} is shorter than what was stored there: something else changed it`)
}

function isErrno(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '')
}
