import { MINUTE_MS } from '../../base/durations.ts'
import { CorruptFile } from '../../parquet/corrupt-file.ts'
import { ClientLedgers } from './client-ledgers.ts'
import { decodeLedger, encodeLedger, Ledger } from './ledger.ts'
import { PurgedIds } from './purged-ids.ts'

/**
 * What an object says of itself, in the key-values of its Parquet footer: atomic with the rows.
 */
export interface Footer {
  /** The object's full name. An object found under another name was copied or swapped: it is corrupt. */
  readonly home: string
  /** New whenever the object is created again: a cursor of another epoch says nothing about this one. */
  readonly epoch: string
  /** Earlier epochs that this one goes on from, oldest first. */
  readonly past_epochs: readonly PastEpoch[]
  /** Counts the object's commits without gaps. */
  readonly rev: number
  /** Highest `rev` among the rows that were purged: cursors below it cannot know of those deletions. */
  readonly floor: number
  /** Highest version among the rows that were purged: a restore of one goes on behind it. */
  readonly purged_version: number
  /** Ids that no new record may get. */
  readonly purged: PurgedIds
  /** Writers below this release must not write here; they still read. */
  readonly min_writer: number
  /** Recent commits, oldest first: the proof that a write whose answer was lost did land. */
  readonly commits: readonly CommitMark[]
  readonly ledger: Ledger
  /** What devices have pushed. */
  readonly clients: ClientLedgers
  /** Key-values of later releases, kept as they are. */
  readonly unknown: ReadonlyMap<string, string>
}

/** An epoch that ended when the object was put back: what was done in it after this is lost. */
export interface PastEpoch {
  readonly epoch: string
  /** Of the last commit that is left of it. */
  readonly rev: number
  readonly time_ms: number
}

export interface CommitMark {
  /** 8 random bytes as hex. */
  readonly commit_id: string
  readonly time_ms: number
}

/** Version of this layout; a reader refuses a higher one. */
const FORMAT = 1

/** Not damaged, though this release cannot read it: nothing may ever be put in its place. */
export class NewerFormat extends CorruptFile {}

/** The release number this code writes as: an object whose `min_writer` is higher is read only. */
export const WRITER_RELEASE = 1
/**
 * The oldest release that may write beside this one. Two run simultaneously during a canary and a rollback: it is raised only
 * when an older one would destroy what this one writes, never together with `WRITER_RELEASE` in one deployment.
 */
export const OLDEST_WRITER_BESIDE = 1

/**
 * Ten minutes of commits at Cloud Storage's one write per second and name. They are kept by number and not by age, so
 * that an instance with a wrong clock cannot make the others forget; faster stores keep more, by the minute.
 */
const COMMITS_KEPT = 600
const COMMITS_KEPT_MS = MINUTE_MS
/** Each is an object that was put back: nobody does that often. */
const PAST_EPOCHS_KEPT = 20

export function newFooter(home: string, epoch: string): Footer {
  return {
    home,
    epoch,
    past_epochs: [],
    rev: 0,
    floor: 0,
    purged_version: 0,
    purged: PurgedIds.NONE,
    min_writer: OLDEST_WRITER_BESIDE,
    commits: [],
    ledger: Ledger.EMPTY,
    clients: ClientLedgers.EMPTY,
    unknown: new Map(),
  }
}

export function withCommit(commits: readonly CommitMark[], mark: CommitMark): CommitMark[] {
  const beyond = commits.length + 1 - COMMITS_KEPT
  const isKept = ({ time_ms }: CommitMark, at: number) => at >= beyond || time_ms > mark.time_ms - COMMITS_KEPT_MS
  const kept = beyond <= 0 ? commits : commits.filter(isKept)
  const next = [...kept, mark]
  const bytes = encoded_commits.get(commits)
  // What goes is the beginning, unless clocks that differ keep one of it.
  const gone = commits.length - kept.length
  if (bytes !== undefined && commits[gone] === kept[0]) {
    encoded_commits.set(next, Buffer.concat([bytes.subarray(gone * MARK_BYTES), encodedMarks([mark])]))
  }
  return next
}

/** Every commit writes all marks, of which one is new. */
const encoded_commits = new WeakMap<readonly CommitMark[], Buffer>()

/** Whether the ids of commits no longer reach back to a revision: then they prove nothing about it. */
export function isForgotten({ rev }: Footer, earlier_rev: number): boolean {
  return rev - earlier_rev >= COMMITS_KEPT
}

/** The past of an epoch that begins behind this footer's last commit. */
export function pastOf({ past_epochs, epoch, rev, commits }: Footer): readonly PastEpoch[] {
  return [...past_epochs, { epoch, rev, time_ms: commits.at(-1)?.time_ms ?? 0 }].slice(-PAST_EPOCHS_KEPT)
}

export function encodeFooter(footer: Footer): Map<string, string> {
  return new Map([
    ...footer.unknown,
    ['format', String(FORMAT)],
    ['min_writer', String(footer.min_writer)],
    ['home', footer.home],
    ['epoch', footer.epoch],
    ...(footer.past_epochs.length > 0 ? [['past_epochs', encodePast(footer.past_epochs)] as const] : []),
    ['rev', String(footer.rev)],
    ['floor', String(footer.floor)],
    ['purged_version', String(footer.purged_version)],
    ['purged', footer.purged.encode()],
    ['commits', encodeCommits(footer.commits)],
    ['ledger', encodeLedger(footer.ledger)],
    ['clients', footer.clients.encode()],
  ])
}

/** @throws CorruptFile when something is missing or is not what it should be, `home` above all */
export function decodeFooter(key_values: ReadonlyMap<string, string>, name: string): Footer {
  const unknown = new Map(key_values)
  const take = (key: string): string => {
    const value = unknown.get(key)
    if (value === undefined) throw new CorruptFile(`the footer lacks ${key}`)
    unknown.delete(key)
    return value
  }
  const takeCount = (key: string): number => {
    const digits = take(key)
    const count = Number(digits)
    if (!/^\d+$/.test(digits) || !Number.isSafeInteger(count))
      throw new CorruptFile(`${key} in the footer is not a count`)
    return count
  }
  const format = takeCount('format')
  if (format > FORMAT) throw new NewerFormat(`the object has format ${format}, this release reads up to ${FORMAT}`)
  const home = take('home')
  if (home !== name) throw new CorruptFile(`the object belongs at ${home}`)
  try {
    return {
      home,
      epoch: take('epoch'),
      // Most objects were never put back.
      past_epochs: unknown.has('past_epochs') ? decodePast(take('past_epochs')) : [],
      rev: takeCount('rev'),
      floor: takeCount('floor'),
      // Objects that were written before anything could be purged, or pushed, lack these.
      purged_version: unknown.has('purged_version') ? takeCount('purged_version') : 0,
      purged: PurgedIds.decode(unknown.has('purged') ? take('purged') : ''),
      min_writer: takeCount('min_writer'),
      commits: decodeCommits(take('commits')),
      ledger: decodeLedger(take('ledger')),
      clients: ClientLedgers.decode(unknown.has('clients') ? take('clients') : ''),
      unknown,
    }
  } catch (cause) {
    if (cause instanceof CorruptFile) throw cause
    throw new CorruptFile('the ledgers in the footer cannot be read', { cause })
  }
}

/** `epoch:rev:time_ms`, with commas between. */
function encodePast(past: readonly PastEpoch[]): string {
  return past.map(({ epoch, rev, time_ms }) => `${epoch}:${rev}:${time_ms}`).join(',')
}

function decodePast(text: string): readonly PastEpoch[] {
  return text.split(',').map((one) => {
    const [, epoch, rev, time_ms] = /^([^:,]+):(\d{1,16}):(\d{1,16})$/.exec(one) ?? []
    if (epoch === undefined) throw new CorruptFile('past_epochs in the footer cannot be read')
    return { epoch, rev: Number(rev), time_ms: Number(time_ms) }
  })
}

const ID_BYTES = 8
const MARK_BYTES = ID_BYTES + 6

/** Marks one after another, commit id (8 bytes) and time (6), as base64. */
function encodeCommits(commits: readonly CommitMark[]): string {
  const bytes = encoded_commits.get(commits) ?? encodedMarks(commits)
  encoded_commits.set(commits, bytes)
  return bytes.toString('base64')
}

function encodedMarks(commits: readonly CommitMark[]): Buffer {
  const bytes = Buffer.allocUnsafe(commits.length * MARK_BYTES)
  commits.forEach(({ commit_id, time_ms }, i) => {
    bytes.write(commit_id, i * MARK_BYTES, ID_BYTES, 'hex')
    bytes.writeUIntBE(time_ms, i * MARK_BYTES + ID_BYTES, 6)
  })
  return bytes
}

function decodeCommits(text: string): CommitMark[] {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length % MARK_BYTES !== 0) throw new CorruptFile('the commit ids in the footer are cut')
  return Array.from({ length: bytes.length / MARK_BYTES }, (_, i) => ({
    commit_id: bytes.toString('hex', i * MARK_BYTES, i * MARK_BYTES + ID_BYTES),
    time_ms: bytes.readUIntBE(i * MARK_BYTES + ID_BYTES, 6),
  }))
}
