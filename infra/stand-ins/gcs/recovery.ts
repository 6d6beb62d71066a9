/**
 * Brings the files in line with the journal after a stop of any kind, then adopts the changes of other programs.
 *
 * Every step asks for a state, not for a history, so recovery that is itself killed just runs again:
 * 1. a noncurrent version whose file is missing still lies at its live path: the kill came before it was kept;
 * 2. a live version that still lies in staging is put in place; anything else in staging was never committed;
 * 3. files of names the journal knows to be gone are removed.
 *
 * What then remains different was done from outside while the server was down (a person put Parquet files into the
 * folder, or deleted some): the folder is right, and a changed or new file becomes a new generation.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { Clock } from '#shared/base/clock.ts'
import type { Catalog, JournalRecord, Version } from './catalog.ts'
import { verifiedChecksums } from './checksums.ts'
import type { ObjectFiles } from './object-files.ts'
import { isBucketName, isObjectName } from './object-names.ts'

/** Returns `bucket/name` of the objects that another program had changed. */
export function recover(catalog: Catalog, records: JournalRecord[], files: ObjectFiles, clock: Clock): string[] {
  const mentioned = mentionedObjects(records)
  for (const bucket of catalog.buckets.keys()) {
    files.addBucket(bucket)
    keepNoncurrent(catalog, files, bucket)
    putStagedInPlace(catalog, files, bucket)
  }
  emptyFolder(path.join(files.root, 'staging'), () => false)
  removeForgottenBuckets(catalog, files, mentioned)
  for (const bucket of catalog.buckets.keys()) removeForgottenFiles(catalog, files, bucket, mentioned.get(bucket))
  return adoptOutsideChanges(catalog, files, clock)
}

/** Per bucket, every object the journal speaks of, with the version that was live last. */
type Mentioned = Map<string, Map<string, Version>>

function mentionedObjects(records: JournalRecord[]): Mentioned {
  const mentioned: Mentioned = new Map()
  for (const record of records) {
    if (record.kind === 'bucket')
      mentioned.set(record.bucket.name, mentioned.get(record.bucket.name) ?? new Map<string, Version>())
    if (record.kind === 'written') mentioned.get(record.bucket)?.set(record.version.name, record.version)
  }
  return mentioned
}

function keepNoncurrent(catalog: Catalog, files: ObjectFiles, bucket: string): void {
  for (const { live, noncurrent } of catalog.buckets.get(bucket)?.objects.values() ?? []) {
    const newest = noncurrent.at(-1)
    if (!newest || fs.existsSync(files.versionPath(bucket, newest.generation))) continue
    // With its successor in place, what lies at the live path is the successor.
    if (live && !fs.existsSync(files.stagingPath(live.generation))) continue
    if (isFileOf(files.livePath(bucket, newest.name, newest.location), newest)) files.keepVersion(bucket, newest)
  }
}

function putStagedInPlace(catalog: Catalog, files: ObjectFiles, bucket: string): void {
  for (const { live } of catalog.buckets.get(bucket)?.objects.values() ?? []) {
    if (!live) continue
    const live_path = files.livePath(bucket, live.name, live.location)
    if (fs.existsSync(files.stagingPath(live.generation))) {
      fs.mkdirSync(path.dirname(live_path), { recursive: true })
      fs.renameSync(files.stagingPath(live.generation), live_path)
    }
    if (live.location === 'plain') files.holdPlain(bucket, live.name)
  }
}

function removeForgottenBuckets(catalog: Catalog, files: ObjectFiles, mentioned: Mentioned): void {
  for (const bucket of mentioned.keys()) if (!catalog.buckets.has(bucket)) files.removeBucket(bucket)
}

function removeForgottenFiles(
  catalog: Catalog,
  files: ObjectFiles,
  bucket: string,
  mentioned: Map<string, Version> = new Map(),
): void {
  const encoded = new Set<string>()
  const generations = new Set<string>()
  for (const { live, noncurrent } of catalog.buckets.get(bucket)?.objects.values() ?? []) {
    if (live?.location === 'encoded') encoded.add(path.basename(files.encodedPath(bucket, live.name)))
    for (const version of noncurrent) generations.add(String(version.generation))
  }
  emptyFolder(path.join(files.root, 'encoded', bucket), (file) => encoded.has(file))
  emptyFolder(path.join(files.root, 'versions', bucket), (file) => generations.has(file))
  for (const version of mentioned.values()) {
    if (!files.isPlain(bucket, version.name) || files.isClaimed(bucket, version.name)) continue
    const plain_path = files.plainPath(bucket, version.name)
    if (isFileOf(plain_path, version)) fs.rmSync(plain_path)
  }
}

/** Whether this version's own bytes lie there, and not a file that another program put there since. */
function isFileOf(file_path: string, version: Version): boolean {
  const stat = fs.statSync(file_path, { throwIfNoEntry: false })
  return stat?.isFile() === true && stat.size === version.size_bytes && stat.mtimeMs === version.file_modified_ms
}

function emptyFolder(folder: string, isNeeded: (file: string) => boolean): void {
  for (const file of fs.readdirSync(folder)) if (!isNeeded(file)) fs.rmSync(path.join(folder, file), { force: true })
}

function adoptOutsideChanges(catalog: Catalog, files: ObjectFiles, clock: Clock): string[] {
  const adopted: string[] = []
  const buckets_folder = path.join(files.root, 'buckets')
  for (const entry of fs.readdirSync(buckets_folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !isBucketName(entry.name) || catalog.buckets.has(entry.name)) continue
    const now_ms = clock.nowMs()
    const record = { name: entry.name, metageneration: 1, versioning: true, labels: {} }
    catalog.apply({ kind: 'bucket', bucket: { ...record, created_ms: now_ms, updated_ms: now_ms } })
    files.addBucket(entry.name)
  }
  for (const [bucket, { objects }] of catalog.buckets) {
    const known_names = Array.from(objects.keys())
    for (const name of known_names) {
      if (adoptChange(catalog, files, clock, bucket, name)) adopted.push(`${bucket}/${name}`)
    }
    for (const name of plainFiles(files.bucketFolder(bucket))) {
      if (files.isClaimed(bucket, name) || !isObjectName(name)) continue
      adoptFile(catalog, files, clock, bucket, name)
      adopted.push(`${bucket}/${name}`)
    }
  }
  return adopted
}

/** Takes in the change of a known object, if there is one. */
function adoptChange(catalog: Catalog, files: ObjectFiles, clock: Clock, bucket: string, name: string): boolean {
  const entry = catalog.entry(bucket, name)
  for (const { generation } of entry?.noncurrent ?? []) {
    if (fs.existsSync(files.versionPath(bucket, generation))) continue
    catalog.apply({ kind: 'version_removed', bucket, name, generation })
  }
  const live = entry?.live
  if (!live) return false
  const stat = fs.statSync(files.livePath(bucket, name, live.location), { throwIfNoEntry: false })
  if (!stat?.isFile()) {
    catalog.apply({ kind: 'deleted', bucket, name, keeps: false, at_ms: clock.nowMs() })
    if (live.location === 'plain') files.release(bucket, name)
    return true
  }
  if (isFileOf(files.livePath(bucket, name, live.location), live)) return false
  const checksums = verifiedChecksums(fs.readFileSync(files.livePath(bucket, name, live.location)), {})
  if (stat.size === live.size_bytes && checksums.crc32c === live.crc32c) {
    // Only touched, for instance by a copy of the whole folder.
    catalog.apply({ kind: 'patched', bucket, version: { ...live, file_modified_ms: stat.mtimeMs } })
    return false
  }
  adoptFile(catalog, files, clock, bucket, name, live)
  return true
}

function adoptFile(
  catalog: Catalog,
  files: ObjectFiles,
  clock: Clock,
  bucket: string,
  name: string,
  known?: Version,
): void {
  const location = known?.location ?? 'plain'
  const file_path = files.livePath(bucket, name, location)
  const bytes = fs.readFileSync(file_path)
  const now_ms = clock.nowMs()
  const version: Version = {
    name,
    generation: catalog.nextGeneration(now_ms),
    metageneration: 1,
    size_bytes: bytes.length,
    ...verifiedChecksums(bytes, {}),
    settings: known?.settings ?? { contentType: 'application/octet-stream' },
    created_ms: now_ms,
    updated_ms: now_ms,
    location,
    file_modified_ms: fs.statSync(file_path).mtimeMs,
  }
  catalog.apply({ kind: 'written', bucket, version, keeps: false })
  if (location === 'plain') files.holdPlain(bucket, name)
}

/** Object names of the files under a folder; hidden ones are the operating system's. Removes empty folders. */
function plainFiles(folder: string, prefix = ''): string[] {
  const names: string[] = []
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const inside = path.join(folder, entry.name)
    if (entry.isFile() && !entry.name.startsWith('.')) names.push(prefix + entry.name)
    if (!entry.isDirectory()) continue
    names.push(...plainFiles(inside, `${prefix}${entry.name}/`))
    if (fs.readdirSync(inside).length === 0) fs.rmdirSync(inside)
  }
  return names
}
