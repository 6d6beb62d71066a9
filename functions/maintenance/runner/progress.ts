import { MINUTE_MS } from '#shared/base/durations.ts'
import * as z from 'zod/mini'

import { isoTime, type Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import { swapJson } from '#shared/objects/json-object.ts'
import { NO_OBJECT, type Generation, type ObjectStore } from '#shared/objects/object-store.ts'
import type { TableEvents } from '#shared/table/events.ts'
import { asProblem, retryReads } from '#shared/table/object/failures.ts'
import type { ReportItem, JobName, Sums } from './job.ts'

/**
 * How far the runs of a job have come: `maintenance/progress/{job}.json`, one small object, written with its generation
 * as precondition. So any instance carries on what another began, also after a crash, and two do not do the same at
 * once. None of it is needed for what the jobs do to be right: if it is lost, a run starts again and finds most of the work done.
 */
export interface JobProgress {
  /** Absent before the first run. */
  readonly run: JobRun | undefined
  readonly claim: Claim | undefined
}

export interface JobRun {
  readonly started_at: string
  /** null: some users are not processed yet. */
  readonly finished_at: string | null
  /** Place of the last user who had one. */
  readonly after: string | null
  readonly calls: number
  /** Calls one after another that storage or key service kept from going on. */
  readonly failures: number
  readonly sums: Sums
  readonly report: readonly ReportItem[]
  readonly report_omitted: number
}

/** A time-limited claim: its holder runs the job until `until`; after that anyone may take over. */
interface Claim {
  readonly claim_id: string
  readonly until: string
}

const sums: z.ZodMiniType<Sums> = z.lazy(() => z.record(z.string(), z.union([z.number(), sums])))

const progressSchema = z.object({
  format: z.literal(1),
  run: z.optional(
    z.object({
      started_at: z.iso.datetime(),
      finished_at: z.nullable(z.iso.datetime()),
      after: z.nullable(z.string()),
      calls: z.int(),
      failures: z.int(),
      sums,
      report: z.array(
        z.catchall(z.object({ user_id: z.optional(z.string()) }), z.optional(z.union([z.string(), z.number()]))),
      ),
      report_omitted: z.int(),
    }),
  ),
  claim: z.optional(z.object({ claim_id: z.string(), until: z.iso.datetime() })),
})

export interface ProgressDependencies {
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Random
  readonly events: TableEvents
}

/** Longer than a call can take: what it claims it has given back by then, or it is gone. */
const CLAIM_MS = MINUTE_MS
/** Claim and result are two writes of one name, and Cloud Storage takes about one a second. */
const WRITE_RETRIES = { attempts_max: 6, backoff: { base_ms: 1000, cap_ms: 1500 } }

const NOTHING: JobProgress = { run: undefined, claim: undefined }

/** Of each job. Every failure is a `Problem`. */
export class ProgressObjects {
  readonly #dependencies: ProgressDependencies

  constructor(dependencies: ProgressDependencies) {
    this.#dependencies = dependencies
  }

  /** One GET. What cannot be read counts as nothing: the next write puts it right. */
  async read(job: JobName): Promise<{ progress: JobProgress; generation: Generation }> {
    const result = await this.#failing(() =>
      retryReads(this.#dependencies, () => this.#dependencies.store.read(nameOf(job))),
    )
    if (result.kind !== 'found') return { progress: NOTHING, generation: NO_OBJECT }
    const { generation, bytes } = result
    return { progress: decode(bytes), generation }
  }

  /**
   * Makes the job this call's own for a minute.
   * @returns what to hand to `write` when it is done, or undefined when another has it
   */
  async claim(job: JobName, run: JobRun, generation: Generation): Promise<Generation | undefined> {
    const { clock, random } = this.#dependencies
    const claim_id = Buffer.from(random.bytes(8)).toString('hex')
    return await this.write(job, { run, claim: { claim_id, until: isoTime(clock.nowMs() + CLAIM_MS) } }, generation)
  }

  isClaimed({ claim }: JobProgress): boolean {
    return claim !== undefined && Date.parse(claim.until) > this.#dependencies.clock.nowMs()
  }

  /** @returns the new generation; undefined when another has written since, whose word then stands */
  async write(job: JobName, progress: JobProgress, if_generation: Generation): Promise<Generation | undefined> {
    const json = JSON.stringify({ format: 1, ...progress })
    return await this.#failing(() => swapJson(this.#dependencies, nameOf(job), json, if_generation, WRITE_RETRIES))
  }

  async #failing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw asProblem(error, this.#dependencies.events)
    }
  }
}

function nameOf(job: JobName): string {
  return `maintenance/progress/${job}.json`
}

function decode(bytes: Uint8Array): JobProgress {
  try {
    const { run, claim } = progressSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
    return { run, claim }
  } catch {
    return NOTHING
  }
}
