/**
 * What the server knows of its buckets and objects: a map in memory that only journal records change, so that a
 * restart, replaying the same records, arrives at the same state.
 */
import { SortedNames } from './sorted-names.ts'

/** The metadata a caller may set, as the JSON API names it (https://cloud.google.com/storage/docs/json_api/v1/objects). */
export interface ObjectSettings {
  contentType?: string
  contentEncoding?: string
  contentDisposition?: string
  contentLanguage?: string
  cacheControl?: string
  customTime?: string
  storageClass?: string
  metadata?: Record<string, string>
}

/** One stored version of an object. Its bytes never change; its settings do, counted by `metageneration`. */
export interface Version {
  name: string
  /** Microseconds, strictly increasing over everything this server ever wrote. */
  generation: number
  metageneration: number
  size_bytes: number
  /** Base64 of the big-endian CRC-32C, as the JSON API gives it. */
  crc32c: string
  /** Base64. Composed objects have none; of files that another program put there it is computed on the first request. */
  md5?: string
  component_count?: number
  settings: ObjectSettings
  created_ms: number
  updated_ms: number
  /** When it stopped being the live version. */
  deleted_ms?: number
  /** Where the bytes lie while the version is live: at the plain path, or under a safe encoding. See object-files.ts. */
  location: Location
  /** Modification time of the file: shows at the next start whether another program changed it. */
  file_modified_ms: number
}

export type Location = 'plain' | 'encoded'

export interface BucketRecord {
  name: string
  metageneration: number
  versioning: boolean
  labels: Record<string, string>
  created_ms: number
  updated_ms: number
}

export interface ObjectEntry {
  live: Version | undefined
  /** Oldest first. */
  noncurrent: Version[]
}

export interface Bucket {
  record: BucketRecord
  objects: Map<string, ObjectEntry>
  /** Every name that has a version, live or not, in the order lists give them. */
  names: SortedNames
  /** Writes between their admission and their commit: a bucket with one is not empty. */
  pending_writes: number
}

/** One line of the journal. `keeps` says whether Object Versioning held on to what was live. */
export type JournalRecord =
  | { kind: 'bucket'; bucket: BucketRecord }
  | { kind: 'bucket_removed'; bucket: string }
  | { kind: 'written'; bucket: string; version: Version; keeps: boolean }
  | { kind: 'patched'; bucket: string; version: Version }
  | { kind: 'deleted'; bucket: string; name: string; keeps: boolean; at_ms: number }
  | { kind: 'version_removed'; bucket: string; name: string; generation: number }
  /** Only in a compacted journal. */
  | { kind: 'noncurrent'; bucket: string; version: Version }
  /** Only in a compacted journal: the highest generation ever given out. */
  | { kind: 'generation'; last: number }

export class Catalog {
  readonly buckets = new Map<string, Bucket>()
  last_generation = 0

  apply(record: JournalRecord): void {
    switch (record.kind) {
      case 'bucket':
        return this.#applyBucket(record.bucket)
      case 'bucket_removed':
        this.buckets.delete(record.bucket)
        return
      case 'generation':
        this.last_generation = Math.max(this.last_generation, record.last)
        return
      case 'written':
        return this.#applyWritten(record.bucket, record.version, record.keeps)
      case 'noncurrent':
        this.#entry(record.bucket, record.version.name).noncurrent.push(record.version)
        return
      case 'patched':
        return this.#applyPatched(record.bucket, record.version)
      case 'deleted':
        return this.#applyDeleted(record.bucket, record.name, record.keeps, record.at_ms)
      case 'version_removed':
        return this.#applyVersionRemoved(record.bucket, record.name, record.generation)
    }
  }

  entry(bucket: string, name: string): ObjectEntry | undefined {
    return this.buckets.get(bucket)?.objects.get(name)
  }

  /** The live version, or with `generation` that one, live or not. */
  version(bucket: string, name: string, generation?: number): Version | undefined {
    const entry = this.entry(bucket, name)
    if (generation === undefined || entry?.live?.generation === generation) return entry?.live
    return entry?.noncurrent.find((version) => version.generation === generation)
  }

  /** The next generation: the clock's microseconds, but never one that was given out before. */
  nextGeneration(now_ms: number): number {
    this.last_generation = Math.max(this.last_generation + 1, Math.floor(now_ms * 1000))
    return this.last_generation
  }

  /** The shortest journal that leads to this state. */
  *records(): Iterable<JournalRecord> {
    yield { kind: 'generation', last: this.last_generation }
    for (const { record, objects } of this.buckets.values()) {
      yield { kind: 'bucket', bucket: record }
      for (const { live, noncurrent } of objects.values()) {
        for (const version of noncurrent) yield { kind: 'noncurrent', bucket: record.name, version }
        if (live) yield { kind: 'written', bucket: record.name, version: live, keeps: false }
      }
    }
  }

  #applyBucket(record: BucketRecord): void {
    const known = this.buckets.get(record.name)
    if (known) known.record = record
    else this.buckets.set(record.name, { record, objects: new Map(), names: new SortedNames(), pending_writes: 0 })
  }

  #applyWritten(bucket: string, version: Version, keeps: boolean): void {
    const entry = this.#entry(bucket, version.name)
    if (entry.live && keeps) entry.noncurrent.push({ ...entry.live, deleted_ms: version.created_ms })
    entry.live = version
    this.last_generation = Math.max(this.last_generation, version.generation)
  }

  #applyPatched(bucket: string, version: Version): void {
    const entry = this.#entry(bucket, version.name)
    if (entry.live?.generation === version.generation) entry.live = version
    else entry.noncurrent = entry.noncurrent.map((one) => (one.generation === version.generation ? version : one))
  }

  #applyDeleted(bucket: string, name: string, keeps: boolean, at_ms: number): void {
    const entry = this.#entry(bucket, name)
    if (entry.live && keeps) entry.noncurrent.push({ ...entry.live, deleted_ms: at_ms })
    entry.live = undefined
    this.#forgetIfEmpty(bucket, name, entry)
  }

  #applyVersionRemoved(bucket: string, name: string, generation: number): void {
    const entry = this.#entry(bucket, name)
    if (entry.live?.generation === generation) entry.live = undefined
    entry.noncurrent = entry.noncurrent.filter((version) => version.generation !== generation)
    this.#forgetIfEmpty(bucket, name, entry)
  }

  #forgetIfEmpty(bucket: string, name: string, entry: ObjectEntry): void {
    if (entry.live || entry.noncurrent.length > 0) return
    const holder = this.buckets.get(bucket)
    holder?.objects.delete(name)
    holder?.names.remove(name)
  }

  #entry(bucket: string, name: string): ObjectEntry {
    const holder = this.buckets.get(bucket)
    if (!holder) throw new Error(`The journal speaks of an object in the unknown bucket ${bucket}`)
    const known = holder.objects.get(name)
    if (known) return known
    const entry: ObjectEntry = { live: undefined, noncurrent: [] }
    holder.objects.set(name, entry)
    holder.names.add(name)
    return entry
  }
}
