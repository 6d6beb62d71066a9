/**
 * What can go wrong, switchable while the server runs: the same settings through the handle and over
 * `POST /_faults`. Every rule names what it applies to, and how often.
 */
import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { DiskSpace } from './disk-space.ts'
import { invalid, rateLimited } from './refusals.ts'
import { asRecord } from './resources.ts'
import type { WriteGate } from './storage.ts'

export const OPERATION_KINDS = ['read', 'write', 'list', 'delete'] as const
export type OperationKind = (typeof OPERATION_KINDS)[number]

/**
 * - `unavailable`: 503 before the precondition check; nothing happened.
 * - `rate_limited`: 429 before the precondition check; nothing happened.
 * - `unavailable_after_commit`: 503 although the change was committed. Refused requests are answered as ever.
 * - `lost_answer`: the connection breaks after the commit. Refused requests are answered as ever.
 * - `late_landing`: the connection breaks at once; the change, with its precondition, is tried `delay_ms` later.
 * - `stall`: never answered, never done.
 * - `truncated_answer`: the connection breaks in the middle of the answer's body.
 */
export const FAULTS = [
  'unavailable',
  'rate_limited',
  'unavailable_after_commit',
  'lost_answer',
  'late_landing',
  'stall',
  'truncated_answer',
] as const
export type Fault = (typeof FAULTS)[number]

/** @example { fault: 'lost_answer', operations: ['write'], prefix: 'audiences/', times: 1 } */
export interface FaultRule {
  fault: Fault
  /** Default: all kinds. Bucket methods count as the kind they resemble. */
  operations?: OperationKind[]
  bucket?: string
  /** Of the object's name; for lists, of the prefix asked for. */
  prefix?: string
  /** How often it still strikes; default: always. */
  times?: number
  /** Chance per request, 0 to 1; default 1. */
  probability?: number
  /** For `late_landing`; default 0. */
  delay_ms?: number
}

/** Added before the request is looked at. `write_ms` holds for deletes too. */
export interface Latency {
  read_ms: number
  write_ms: number
  list_ms: number
}

export interface FaultSettings {
  latency: Latency
  /** 429 for a change of an object within a second of the last one, as Cloud Storage does. */
  rate_limit: boolean
  /** So many more bytes go on the disk, those of the journal included; null: as many as there is really room for. */
  disk_free_bytes: number | null
  /** The first that matches a request strikes. */
  rules: FaultRule[]
}

const NO_LATENCY: Latency = { read_ms: 0, write_ms: 0, list_ms: 0 }
const TIME_BETWEEN_CHANGES_MS = 1000

export class Faults implements WriteGate, DiskSpace {
  readonly #clock: Clock
  readonly #random: Random
  #settings: FaultSettings = { latency: NO_LATENCY, rate_limit: false, disk_free_bytes: null, rules: [] }
  readonly #last_change_ms = new Map<string, number>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** Replaces the settings that are given. `rules` replaces all rules. */
  set(settings: Partial<Omit<FaultSettings, 'latency'>> & { latency?: Partial<Latency> }): void {
    const { latency, rate_limit, disk_free_bytes, rules } = settings
    if (latency) this.#settings.latency = { ...NO_LATENCY, ...latency }
    if (disk_free_bytes !== undefined) this.#settings.disk_free_bytes = disk_free_bytes
    if (rules) this.#settings.rules = rules.map((rule) => ({ ...rule }))
    if (rate_limit === undefined) return
    this.#settings.rate_limit = rate_limit
    this.#last_change_ms.clear()
  }

  add(rule: FaultRule): void {
    this.#settings.rules.push({ ...rule })
  }

  /** No faults. */
  reset(): void {
    this.set({ latency: {}, rate_limit: false, disk_free_bytes: null, rules: [] })
  }

  /** The settings as they stand: `times` counts down, rules that are spent are gone. */
  state(): FaultSettings {
    return structuredClone(this.#settings)
  }

  latencyMs(kind: OperationKind): number {
    const { read_ms, write_ms, list_ms } = this.#settings.latency
    return kind === 'read' ? read_ms : kind === 'list' ? list_ms : write_ms
  }

  /** The rule that strikes a request, if one does. It counts only when `spend` says so. */
  choose(kind: OperationKind, bucket: string, name: string): FaultRule | undefined {
    return this.#settings.rules.find(
      (rule) =>
        (rule.operations?.includes(kind) ?? true) &&
        (rule.bucket === undefined || rule.bucket === bucket) &&
        name.startsWith(rule.prefix ?? '') &&
        (rule.probability === undefined || this.#random.uniform() < rule.probability),
    )
  }

  /** Counts one strike; false when others used the rule up meanwhile. */
  spend(rule: FaultRule): boolean {
    const { rules } = this.#settings
    if (!rules.includes(rule)) return false
    if (rule.times === undefined) return true
    rule.times--
    if (rule.times <= 0) rules.splice(rules.indexOf(rule), 1)
    return true
  }

  admit(bucket: string, name: string): void {
    const last_ms = this.#last_change_ms.get(`${bucket}/${name}`)
    if (last_ms === undefined || this.#clock.monotonicMs() - last_ms >= TIME_BETWEEN_CHANGES_MS) return
    throw rateLimited(bucket, name)
  }

  changed(bucket: string, name: string): void {
    if (this.#settings.rate_limit) this.#last_change_ms.set(`${bucket}/${name}`, this.#clock.monotonicMs())
  }

  take(bytes: number): number {
    const free_bytes = this.#settings.disk_free_bytes
    if (free_bytes === null) return bytes
    const fitting = Math.min(bytes, free_bytes)
    this.#settings.disk_free_bytes = free_bytes - fitting
    return fitting
  }

  /**
   * The control request: `{reset?: true, latency?, rate_limit?, disk_free_bytes?, rules?, add?: FaultRule[]}`, in this
   * order.
   * @throws Refusal 400 naming what is wrong; then nothing was changed
   */
  control(json: unknown): void {
    const { reset, latency, rate_limit, disk_free_bytes, rules, add, ...unknown_fields } = asRecord(json)
    const surplus = Object.keys(unknown_fields)
    if (surplus.length > 0) throw invalid(`Unknown fault settings: ${surplus.join(', ')}`)
    const parsed = {
      ...(latency !== undefined && { latency: parseLatency(latency) }),
      ...(rate_limit !== undefined && { rate_limit: rate_limit === true }),
      ...(disk_free_bytes !== undefined && { disk_free_bytes: parseFreeBytes(disk_free_bytes) }),
      ...(rules !== undefined && { rules: parseRules(rules) }),
    }
    const added = parseRules(add ?? [])
    if (reset === true) this.reset()
    this.set(parsed)
    for (const rule of added) this.add(rule)
  }
}

function parseLatency(json: unknown): Partial<Latency> {
  const latency = asRecord(json)
  for (const [field, value] of Object.entries(latency)) {
    if (!(field in NO_LATENCY) || typeof value !== 'number' || value < 0) throw invalid(`Invalid latency: ${field}`)
  }
  return latency
}

function parseFreeBytes(json: unknown): number | null {
  if (json === null || (Number.isSafeInteger(json) && (json as number) >= 0)) return json as number | null
  throw invalid('disk_free_bytes is a number of bytes, or null')
}

function parseRules(json: unknown): FaultRule[] {
  if (!Array.isArray(json)) throw invalid('Fault rules are a list.')
  return json.map((item) => {
    const rule = asRecord(item)
    for (const [field, value] of Object.entries(rule)) {
      const isValid = RULE_FIELDS.get(field)
      if (!isValid?.(value)) throw invalid(`Invalid fault rule: ${field} = ${JSON.stringify(value)}`)
    }
    if (rule['fault'] === undefined) throw invalid('A fault rule names its fault.')
    return rule as unknown as FaultRule
  })
}

function isOperationKind(value: unknown): boolean {
  return OPERATION_KINDS.some((kind) => kind === value)
}

const RULE_FIELDS = new Map<string, (value: unknown) => boolean>([
  ['fault', (value) => FAULTS.some((fault) => fault === value)],
  ['operations', (value) => Array.isArray(value) && value.every(isOperationKind)],
  ['bucket', (value) => typeof value === 'string'],
  ['prefix', (value) => typeof value === 'string'],
  ['times', (value) => Number.isInteger(value) && (value as number) > 0],
  ['probability', (value) => typeof value === 'number' && value >= 0 && value <= 1],
  ['delay_ms', (value) => typeof value === 'number' && value >= 0],
])
