/**
 * What can go wrong, switchable while the server runs: the same settings through the handle and over
 * `POST /_faults`. Every rule names what it applies to, and how often.
 */
import * as z from 'zod'

import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import { FaultRules, parseControl, RULE_FIELDS } from '../kit/faults.ts'
import type { DiskSpace } from './disk-space.ts'
import { invalid, rateLimited } from './refusals.ts'
import type { WriteGate } from './storage.ts'

export const OPERATION_KINDS = ['read', 'write', 'list', 'delete'] as const
export type OperationKind = (typeof OPERATION_KINDS)[number]

/**
 * - `unavailable`: 503 before the precondition check; nothing happened.
 * - `rate_limited`: 429 before the precondition check; nothing happened.
 * - `unavailable_after_commit`: 503 although the change was committed. Refused requests are answered as ever.
 * - `lost_answer`: the connection breaks after the commit. Refused requests are answered as ever.
 * - `late_landing`: the connection breaks immediately; the change, with its precondition, is tried `delay_ms` later.
 * - `stall`: never answered, never done.
 * - `truncated_answer`: the connection breaks in the middle of the answer's body.
 */
const FAULTS = [
  'unavailable',
  'rate_limited',
  'unavailable_after_commit',
  'lost_answer',
  'late_landing',
  'stall',
  'truncated_answer',
] as const

const ruleSchema = z.strictObject({
  fault: z.enum(FAULTS),
  /** Default: all kinds. Bucket methods count as the kind they resemble. */
  operations: z.array(z.enum(OPERATION_KINDS)).optional(),
  bucket: z.string().optional(),
  /** Of the object's name; for lists, of the prefix asked for. */
  prefix: z.string().optional(),
  ...RULE_FIELDS,
  /** For `late_landing`; default 0. */
  delay_ms: z.number().min(0).optional(),
})

const durationMs = z.number().min(0)
/** Added before the request is looked at. `write_ms` holds for deletes too. */
const latencySchema = z.strictObject({ read_ms: durationMs, write_ms: durationMs, list_ms: durationMs })
const latencyChanges = latencySchema.partial()

const controlSchema = z.strictObject({
  reset: z.boolean().optional(),
  latency: latencyChanges.optional(),
  rate_limit: z.boolean().optional(),
  disk_free_bytes: z.int().min(0).nullable().optional(),
  rules: z.array(ruleSchema).optional(),
  add: z.array(ruleSchema).optional(),
})

/** @example { fault: 'lost_answer', operations: ['write'], prefix: 'audiences/', times: 1 } */
export type FaultRule = z.output<typeof ruleSchema>
export type Latency = z.output<typeof latencySchema>

export interface FaultSettings {
  latency: Latency
  /** 429 for a change of an object within a second of the last one, as Cloud Storage does. */
  rate_limit: boolean
  /** So many more bytes go on the disk, those of the journal included; null: as many as there is really room for. */
  disk_free_bytes: number | null
  /** The first that matches a request strikes. */
  rules: FaultRule[]
}

/** Of `latency` those that are missing become 0; of the rest only those that are given are replaced. */
type FaultChanges = Omit<z.output<typeof controlSchema>, 'reset' | 'add'>

const NO_LATENCY: Latency = { read_ms: 0, write_ms: 0, list_ms: 0 }
const TIME_BETWEEN_CHANGES_MS = 1000

export class Faults implements WriteGate, DiskSpace {
  readonly #clock: Clock
  readonly #rules: FaultRules<FaultRule>
  #latency = NO_LATENCY
  #has_rate_limit = false
  #disk_free_bytes: number | null = null
  readonly #last_change_ms = new Map<string, number>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#rules = new FaultRules(random)
  }

  /** Replaces the settings that are given. `rules` replaces all rules. */
  set({ latency, rate_limit, disk_free_bytes, rules }: FaultChanges): void {
    if (latency) this.#latency = withLatency(latency)
    if (disk_free_bytes !== undefined) this.#disk_free_bytes = disk_free_bytes
    if (rules) this.#rules.replace(rules)
    if (rate_limit === undefined) return
    this.#has_rate_limit = rate_limit
    this.#last_change_ms.clear()
  }

  add(rule: FaultRule): void {
    this.#rules.add(rule)
  }

  /** No faults. */
  reset(): void {
    this.set({ latency: {}, rate_limit: false, disk_free_bytes: null, rules: [] })
  }

  /** The settings as they stand: `times` counts down, rules that are spent are gone. */
  state(): FaultSettings {
    return {
      latency: { ...this.#latency },
      rate_limit: this.#has_rate_limit,
      disk_free_bytes: this.#disk_free_bytes,
      rules: this.#rules.state(),
    }
  }

  latencyMs(kind: OperationKind): number {
    const { read_ms, write_ms, list_ms } = this.#latency
    return kind === 'read' ? read_ms : kind === 'list' ? list_ms : write_ms
  }

  /** The rule that strikes a request, if one does. It counts only when `spend` says so. */
  choose(kind: OperationKind, bucket: string, name: string): FaultRule | undefined {
    return this.#rules.choose(
      (rule) =>
        (rule.operations?.includes(kind) ?? true) &&
        (rule.bucket === undefined || rule.bucket === bucket) &&
        name.startsWith(rule.prefix ?? ''),
    )
  }

  /** Counts one strike; false when other requests used the rule up in the meantime. */
  spend(rule: FaultRule): boolean {
    return this.#rules.spend(rule)
  }

  admit(bucket: string, name: string): void {
    const last_ms = this.#last_change_ms.get(`${bucket}/${name}`)
    if (last_ms === undefined || this.#clock.monotonicMs() - last_ms >= TIME_BETWEEN_CHANGES_MS) return
    throw rateLimited(bucket, name)
  }

  changed(bucket: string, name: string): void {
    if (this.#has_rate_limit) this.#last_change_ms.set(`${bucket}/${name}`, this.#clock.monotonicMs())
  }

  take(bytes: number): number {
    if (this.#disk_free_bytes === null) return bytes
    const fitting = Math.min(bytes, this.#disk_free_bytes)
    this.#disk_free_bytes -= fitting
    return fitting
  }

  /**
   * The control request: `{reset?: true, latency?, rate_limit?, disk_free_bytes?, rules?, add?: FaultRule[]}`, in this
   * order.
   * @throws Refusal 400 naming what is wrong; then nothing was changed
   */
  control(body: unknown): void {
    const { reset, add, ...changes } = parseControl(controlSchema, body, invalid)
    if (reset) this.reset()
    this.set(changes)
    for (const rule of add ?? []) this.add(rule)
  }
}

function withLatency({ read_ms = 0, write_ms = 0, list_ms = 0 }: z.output<typeof latencyChanges>): Latency {
  return { read_ms, write_ms, list_ms }
}
