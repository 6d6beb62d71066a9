import { MINUTE_MS } from '#shared/base/durations.ts'
import * as z from 'zod'

import { OperatorError } from '#infra/command/operator-error.ts'
import { type Clock, isoTime } from '#shared/base/clock.ts'
import { isAbsent } from './cloud-run.ts'
import type { GcloudCommands } from './commands.ts'
import { GcloudError, type GcloudRunner, outputOf } from './gcloud.ts'

/**
 * The lock of an environment's traffic: one object, written with generation preconditions. It is a time-limited claim:
 * its holder may move traffic until `lease_until` and renews it; after that (a cancelled build) anyone may take it over,
 * and restores the revisions that it names.
 */
const lockBody = z.object({
  /** The build, for people to read, and a random suffix that identifies this process. */
  owner: z.string(),
  lease_until: z.iso.datetime(),
  /** By service, the revision that must get all traffic if the holder ends now. */
  serving: z.record(z.string(), z.string()),
})

export type Serving = Readonly<Record<string, string>>

/** Longer than the time limit of any command, so that no command outlives the lease under which it started. */
export const LEASE_MS = 12 * MINUTE_MS
/** Covers the difference between two machines' clocks, and commands that Google completes after their process was killed. */
const TAKEOVER_GRACE_MS = MINUTE_MS
const POLL_MS = 15_000
const RENEW_BELOW_MS = LEASE_MS * (2 / 3)

interface LockTools {
  readonly run: GcloudRunner
  readonly commands: GcloudCommands
  readonly clock: Clock
  readonly say: (line: string) => void
}

interface Acquisition extends LockTools {
  readonly owner: string
  readonly wait_ms_max: number
  readonly signal: AbortSignal
}

interface KeptLock extends z.output<typeof lockBody> {
  readonly generation: string
}

/** Another holder has the lock: nothing may be changed any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** Another rollout held the lock for too long; nothing was changed. */
class LockBusy extends OperatorError {
  override readonly name = 'LockBusy'
}

/**
 * Waits for the lock and takes it, or takes over one whose lease has expired.
 * @throws LockBusy when its holder does not finish within `wait_ms_max`, or when the signal is aborted
 */
export async function acquireLock(acquisition: Acquisition): Promise<Lease> {
  const { owner, clock, wait_ms_max, signal, say } = acquisition
  const started_ms = clock.monotonicMs()
  let announced = ''
  for (;;) {
    if (signal.aborted) throw new LockBusy('Cancelled while waiting for another rollout; nothing was changed')
    const kept = await readLock(acquisition)
    if (kept === undefined || isStale(kept, clock)) {
      const lease = new Lease(acquisition, kept)
      if (await lease.take()) return lease
      continue
    }
    if (clock.monotonicMs() - started_ms >= wait_ms_max) {
      throw new LockBusy(`${kept.owner} is still rolling out; nothing was changed`)
    }
    if (announced !== kept.owner) say(`${owner} waits for ${kept.owner}, whose lease ends at ${kept.lease_until}`)
    announced = kept.owner
    await clock.sleep(POLL_MS, signal)
  }
}

function isStale({ lease_until }: KeptLock, clock: Clock): boolean {
  return clock.nowMs() > Date.parse(lease_until) + TAKEOVER_GRACE_MS
}

/** A lock that is held. */
export class Lease {
  readonly #tools: Acquisition
  /** From a holder that did not finish: by service, the revision that must serve. */
  readonly inherited: Serving
  #serving: Serving
  #generation: string
  #until_ms = 0

  constructor(tools: Acquisition, kept: KeptLock | undefined) {
    this.#tools = tools
    this.inherited = kept?.serving ?? {}
    this.#serving = this.inherited
    this.#generation = kept?.generation ?? '0'
  }

  /** @returns false when the lock changed since it was read */
  async take(): Promise<boolean> {
    try {
      await this.confirm()
      return true
    } catch (error) {
      if (error instanceof LeaseLost) return false
      throw error
    }
  }

  /** Records the revisions that must serve from now on if this process ends. */
  async record(serving: Serving): Promise<void> {
    this.#serving = serving
    await this.confirm()
  }

  /** Renews the lease when a third of it has passed. */
  async renew(): Promise<void> {
    if (this.#until_ms - this.#tools.clock.nowMs() < RENEW_BELOW_MS) await this.confirm()
  }

  /**
   * Verifies that the lock is still ours and extends the lease to its full length.
   * @throws LeaseLost
   */
  async confirm(): Promise<void> {
    const { run, commands, clock, owner } = this.#tools
    const until_ms = clock.nowMs() + LEASE_MS
    const body = { owner, lease_until: isoTime(until_ms), serving: this.#serving }
    // One member per line, which rollback.sh reads without a parser.
    const command = commands.writeLock(this.#generation, `${JSON.stringify(body, null, 2)}\n`)
    const result = await run(command)
    // Read after a success, because the command does not report the generation it made; and after a failure, because the
    // write may have landed.
    const kept = await readLock(this.#tools)
    const is_ours = kept?.owner === owner
    const is_untouched = (kept?.generation ?? '0') === this.#generation
    // An earlier write of ours may have landed without an answer; the next attempt then uses its generation.
    if (is_ours) this.#generation = kept.generation
    if (is_ours && kept.lease_until === body.lease_until) {
      this.#until_ms = until_ms
      return
    }
    if (result.exit_code !== 0 && (is_ours || is_untouched)) throw new GcloudError(command, result)
    throw new LeaseLost(kept === undefined ? 'The lock was removed' : `The lock belongs to ${kept.owner} now`)
  }

  /** Removes the lock. If that fails, it expires. */
  async release(): Promise<void> {
    const { run, commands, say } = this.#tools
    const { exit_code, stderr } = await run(commands.removeLock(this.#generation))
    if (exit_code !== 0) say(`The lock could not be removed; it expires at its end of lease: ${stderr.trim()}`)
  }
}

async function readLock({ run, commands }: LockTools): Promise<KeptLock | undefined> {
  for (;;) {
    try {
      const described = await outputOf(run, commands.describeLock())
      const { generation } = z.object({ generation: z.coerce.string() }).parse(JSON.parse(described))
      try {
        const body = lockBody.parse(JSON.parse(await outputOf(run, commands.readLock(generation))))
        return { ...body, generation }
      } catch (error) {
        // The lock was replaced between the two commands; the bucket keeps no old generations.
        if (!isAbsent(error)) throw error
      }
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }
}
