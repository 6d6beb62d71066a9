/**
 * Buckets and objects with exact preconditions: every change of an object runs alone on it, from the check to the
 * change of the catalog. The order of every change: check, stage, **journal line = committed**, put in place.
 */
import path from 'node:path'
import type { Clock } from '#shared/base/clock.ts'
import { Catalog, type Bucket, type BucketRecord, type ObjectSettings, type Version } from './catalog.ts'
import { verifiedChecksums, type Checksums } from './checksums.ts'
import { Commits, NotInPlace } from './commits.ts'
import type { DiskSpace } from './disk-space.ts'
import { Journal } from './journal.ts'
import { Mutexes } from './mutexes.ts'
import { ObjectFiles } from './object-files.ts'
import { checkBucketName, checkObjectName } from './object-names.ts'
import { recover } from './recovery.ts'
import { noSuchBucket, noSuchObject, refusal } from './refusals.ts'

/** What a new version is made of. */
export interface Content {
  bytes: Uint8Array
  settings: ObjectSettings
  declared: Checksums
  component_count?: number
}

/** Throws a Refusal when the version at hand (none: there is no such object) does not meet the preconditions. */
export type Check = (version: Version | undefined) => void

/** Called around every change of an object, inside its mutex: `admit` may throw a Refusal, `changed` follows a commit. */
export interface WriteGate {
  admit(bucket: string, name: string): void
  changed(bucket: string, name: string): void
}

export interface StorageOptions {
  data_dir: string
  fsync: boolean
  clock: Clock
  gate: WriteGate
  space: DiskSpace
}

export class Storage {
  readonly catalog: Catalog
  /** Objects that at the start were found changed, added or removed by another program. */
  readonly adopted: readonly string[]
  readonly #files: ObjectFiles
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #gate: WriteGate
  readonly #mutexes = new Mutexes()
  readonly #commits: Commits

  private constructor(
    catalog: Catalog,
    files: ObjectFiles,
    journal: Journal,
    adopted: string[],
    options: { clock: Clock; gate: WriteGate },
  ) {
    this.catalog = catalog
    this.adopted = adopted
    this.#files = files
    this.#journal = journal
    this.#commits = new Commits(journal, catalog)
    this.#clock = options.clock
    this.#gate = options.gate
  }

  /** Opens the folder, finishing or undoing what a kill interrupted. One process at a time: see folder-lock.ts. */
  static async open(options: StorageOptions): Promise<Storage> {
    const { fsync, space } = options
    const files = new ObjectFiles(options.data_dir, { fsync, space })
    const journal_path = path.join(options.data_dir, 'journal.jsonl')
    const records = await Journal.read(journal_path)
    const catalog = new Catalog()
    for (const record of records) catalog.apply(record)
    const adopted = recover(catalog, records, files, options.clock)
    const journal = await Journal.rewrite(journal_path, catalog.records(), {
      fsync,
      space,
      syncBefore: () => files.syncStaging(),
    })
    return new Storage(catalog, files, journal, adopted, options)
  }

  async close(): Promise<void> {
    await this.#journal.close()
  }

  /** @throws Refusal 404 */
  bucket(name: string): Bucket {
    this.#commits.finish()
    const bucket = this.catalog.buckets.get(name)
    if (!bucket) throw noSuchBucket(name)
    return bucket
  }

  /** @throws Refusal 404 */
  version(bucket: string, name: string, generation?: number): Version {
    this.bucket(bucket)
    const version = this.catalog.version(bucket, name, generation)
    if (!version) throw noSuchObject(bucket, name)
    return version
  }

  /** Opens before it returns for the first time: the bytes are this version's even when another is written in the meantime. */
  read(bucket: string, version: Version, start?: number, end?: number): Promise<Buffer> {
    const is_live = this.catalog.entry(bucket, version.name)?.live?.generation === version.generation
    return this.#files.read(bucket, version, is_live, start, end)
  }

  /**
   * Makes a new live version.
   * @param content the content, or what makes it, called inside the object's mutex after the check
   */
  write(bucket: string, name: string, check: Check, content: Content | (() => Promise<Content>)): Promise<Version> {
    checkObjectName(name)
    return this.#alone(bucket, name, async (holder) => {
      this.#gate.admit(bucket, name)
      const replaced = this.catalog.version(bucket, name)
      check(replaced)
      const was_plain = replaced?.location === 'plain'
      const location = was_plain ? 'plain' : this.#files.claim(bucket, name)
      holder.pending_writes++
      const generation = this.catalog.nextGeneration(this.#clock.nowMs())
      const keeps = holder.record.versioning
      try {
        const made = typeof content === 'function' ? await content() : content
        const version = await this.#stage({ name, generation, location }, made)
        await this.#commits.commit({ kind: 'written', bucket, version, keeps }, () =>
          this.#files.putInPlace(bucket, version, replaced, keeps),
        )
        this.#gate.changed(bucket, name)
        return version
      } catch (error) {
        if (!this.#commits.has_failed && !(error instanceof NotInPlace)) {
          await this.#files.discardStaged(generation)
          if (location === 'plain' && !was_plain) this.#files.release(bucket, name)
        }
        throw error
      } finally {
        holder.pending_writes--
      }
    })
  }

  /** Changes the settings of the live version, or of `generation`. Refused with 404 when there is none. */
  patch(
    bucket: string,
    name: string,
    generation: number | undefined,
    check: Check,
    change: (settings: ObjectSettings) => ObjectSettings,
  ): Promise<Version> {
    return this.#alone(bucket, name, async () => {
      const current = this.version(bucket, name, generation)
      this.#gate.admit(bucket, name)
      check(current)
      const version: Version = {
        ...current,
        settings: change(current.settings),
        metageneration: current.metageneration + 1,
        updated_ms: this.#clock.nowMs(),
      }
      await this.#commits.commit({ kind: 'patched', bucket, version }, () => undefined)
      this.#gate.changed(bucket, name)
      return version
    })
  }

  /**
   * Without `generation` the live version goes, and is kept as noncurrent where the bucket has versioning; with it that
   * very version goes for good. Refused with 404 when there is none.
   */
  remove(bucket: string, name: string, generation: number | undefined, check: Check): Promise<void> {
    return this.#alone(bucket, name, async (holder) => {
      const version = this.version(bucket, name, generation)
      this.#gate.admit(bucket, name)
      check(version)
      if (generation === undefined) {
        const keeps = holder.record.versioning
        await this.#commits.commit({ kind: 'deleted', bucket, name, keeps, at_ms: this.#clock.nowMs() }, () =>
          this.#files.takeAway(bucket, version, keeps),
        )
      } else {
        const is_live = this.catalog.version(bucket, name)?.generation === generation
        await this.#commits.commit({ kind: 'version_removed', bucket, name, generation }, () => {
          if (is_live) this.#files.takeAway(bucket, version, false)
          else this.#files.removeVersion(bucket, generation)
        })
      }
      this.#gate.changed(bucket, name)
      await this.#files.syncRemoval(bucket, version)
    })
  }

  /** The md5 of a version that was stored without it; undefined for composed objects, which have none. */
  async rememberMd5(bucket: string, version: Version, compute: (bytes: Buffer) => string): Promise<Version> {
    if (version.md5 !== undefined || version.component_count !== undefined) return version
    // Only remembered in memory: it can be computed again at any time.
    version.md5 = compute(await this.read(bucket, version))
    return version
  }

  createBucket(record: BucketRecord): Promise<void> {
    checkBucketName(record.name)
    return this.#mutexes.alone(record.name, async () => {
      this.#commits.finish()
      if (this.catalog.buckets.has(record.name)) {
        throw refusal(
          409,
          'conflict',
          'Your previous request to create the named bucket succeeded and you already own it.',
        )
      }
      await this.#commits.commit({ kind: 'bucket', bucket: record }, () => this.#files.addBucket(record.name))
    })
  }

  patchBucket(
    name: string,
    check: (record: BucketRecord) => void,
    change: (record: BucketRecord) => Partial<BucketRecord>,
  ): Promise<BucketRecord> {
    return this.#mutexes.alone(name, async () => {
      const { record } = this.bucket(name)
      check(record)
      const metageneration = record.metageneration + 1
      const bucket = { ...record, ...change(record), metageneration, updated_ms: this.#clock.nowMs() }
      await this.#commits.commit({ kind: 'bucket', bucket }, () => undefined)
      return bucket
    })
  }

  /** Refused with 409 while it holds anything, noncurrent versions included. */
  removeBucket(name: string, check: (record: BucketRecord) => void): Promise<void> {
    return this.#mutexes.alone(name, async () => {
      const bucket = this.bucket(name)
      check(bucket.record)
      if (bucket.objects.size > 0 || bucket.pending_writes > 0) {
        throw refusal(409, 'conflict', 'The bucket you tried to delete is not empty.')
      }
      // Hidden immediately, so that no write is admitted while the line goes to disk.
      this.catalog.buckets.delete(name)
      await this.#commits
        .commit({ kind: 'bucket_removed', bucket: name }, () => this.#files.removeBucket(name))
        .catch((error: unknown) => {
          this.catalog.buckets.set(name, bucket)
          throw error
        })
    })
  }

  async #stage(place: Pick<Version, 'name' | 'generation' | 'location'>, content: Content): Promise<Version> {
    const { bytes, settings, declared, component_count } = content
    // Summed while the thread pool writes. Both must have ended before a failure of one discards the file.
    const [staged, summed] = await Promise.allSettled([
      this.#files.stage(place.generation, bytes),
      (async () => verifiedChecksums(bytes, declared))(),
    ])
    if (summed.status === 'rejected') throw summed.reason
    if (staged.status === 'rejected') throw staged.reason
    const now_ms = this.#clock.nowMs()
    const { md5 } = summed.value
    return {
      ...place,
      metageneration: 1,
      size_bytes: bytes.length,
      crc32c: summed.value.crc32c,
      ...(md5 !== undefined && component_count === undefined && { md5 }),
      ...(component_count !== undefined && { component_count }),
      settings,
      created_ms: now_ms,
      updated_ms: now_ms,
      file_modified_ms: staged.value,
    }
  }

  #alone<T>(bucket: string, name: string, work: (holder: Bucket) => Promise<T>): Promise<T> {
    return this.#mutexes.alone(`${bucket}/${name}`, () => work(this.bucket(bucket)))
  }
}
