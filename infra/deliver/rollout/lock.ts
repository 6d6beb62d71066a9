import * as z from 'zod'

import { OperatorError } from '#infra/command/operator-error.ts'
import { type Clock, isoTime } from '#shared/base/clock.ts'
import { isAbsent } from './cloud-run.ts'
import type { GcloudCommands } from './commands.ts'
import { GcloudError, type GcloudRunner, outputOf } from './gcloud.ts'

/**
 * Who may move traffic: one object, written with generation preconditions. Its holder renews a lease; once that has run
 * out (a cancelled build), another takes the object over and finds in it what served before.
 */
const lockBody = z.object({
  /** Names the build to people, and with its random end this very process. */
  owner: z.string(),
  lease_until: z.iso.datetime(),
  /** By service the revision that all traffic belongs to while nothing has been decided. */
  serving: z.record(z.string(), z.string()),
})

export type Serving = Readonly<Record<string, string>>

/** Longer than any single command may take, so that none of them outlives the lease it was started under. */
export const LEASE_MS = 12 * 60_000
/** How far clocks of two machines may be apart, and how long Google may go on with a command whose process was killed. */
const TAKEOVER_GRACE_MS = 60_000
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

/** The lock now is another's: whoever gets this must touch nothing any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** It was not to be had in time; nothing was touched. */
class LockBusy extends OperatorError {
  override readonly name = 'LockBusy'
}

/**
 * Waits for the lock and takes it, or takes over one whose lease has run out.
 * @throws LockBusy when its holder has not ended within `wait_ms_max`, or the signal says to stop waiting
 */
export async function acquireLock(acquisition: Acquisition): Promise<Lease> {
  const { owner, clock, wait_ms_max, signal, say } = acquisition
  const started_ms = clock.monotonicMs()
  let announced = ''
  for (;;) {
    if (signal.aborted) throw new LockBusy('Told to end while waiting for another rollout')
    const kept = await readLock(acquisition)
    if (kept === undefined || isStale(kept, clock)) {
      const lease = new Lease(acquisition, kept)
      if (await lease.take()) return lease
      continue
    }
    if (clock.monotonicMs() - started_ms >= wait_ms_max) {
      throw new LockBusy(`${kept.owner} is still rolling out; nothing was changed`)
    }
    if (announced !== kept.owner) say(`${owner} waits for ${kept.owner}, whose lease holds until ${kept.lease_until}`)
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
  /** What a predecessor that never ended left behind: by service the revision that served before it began. */
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

  /** Whether it was still as it was read. */
  async take(): Promise<boolean> {
    try {
      await this.confirm()
      return true
    } catch (error) {
      if (error instanceof LeaseLost) return false
      throw error
    }
  }

  /** Notes where all traffic belongs from now on, should this process end here. */
  async record(serving: Serving): Promise<void> {
    this.#serving = serving
    await this.confirm()
  }

  /** Renews the lease when a third of it is over. */
  async renew(): Promise<void> {
    if (this.#until_ms - this.#tools.clock.nowMs() < RENEW_BELOW_MS) await this.confirm()
  }

  /**
   * Makes sure that the lock is still ours, for a whole lease from now.
   * @throws LeaseLost
   */
  async confirm(): Promise<void> {
    const { run, commands, clock, owner } = this.#tools
    const until_ms = clock.nowMs() + LEASE_MS
    const body = { owner, lease_until: isoTime(until_ms), serving: this.#serving }
    // One member per line, which rollback.sh reads without a parser.
    const command = commands.writeLock(this.#generation, `${JSON.stringify(body, null, 2)}\n`)
    const result = await run(command)
    // After a success too: the command does not say which generation it made. After a failure: was it made all the same?
    const kept = await readLock(this.#tools)
    const is_ours = kept?.owner === owner
    const is_untouched = (kept?.generation ?? '0') === this.#generation
    // Also when an earlier write of ours landed although nothing was heard of it: the next attempt then fits.
    if (is_ours) this.#generation = kept.generation
    if (is_ours && kept.lease_until === body.lease_until) {
      this.#until_ms = until_ms
      return
    }
    if (result.exit_code !== 0 && (is_ours || is_untouched)) throw new GcloudError(command, result)
    throw new LeaseLost(`The lock now is that of ${kept?.owner ?? 'nobody: it was removed'}`)
  }

  /** Lets the next one in. A lock that cannot be removed runs out by itself. */
  async release(): Promise<void> {
    const { run, commands, say } = this.#tools
    const { exit_code, stderr } = await run(commands.removeLock(this.#generation))
    if (exit_code !== 0) say(`The lock could not be removed, and runs out by itself: ${stderr.trim()}`)
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
        // It was replaced between the two commands; without versions the old generation is gone.
        if (!isAbsent(error)) throw error
      }
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }
}
