/**
 * What can go wrong, switchable while the server runs: the same settings through the handle and over
 * `POST /_faults`. Every rule names what it applies to, and how often.
 */
import * as z from 'zod'
import type { Random } from '#shared/base/random.ts'
import { invalid } from './refusals.ts'

/** `get`: reading keys and versions; `manage`: changing them. */
export const OPERATIONS = ['encrypt', 'decrypt', 'get', 'manage'] as const
export type Operation = (typeof OPERATIONS)[number]

/**
 * - `unavailable`: 503; nothing happened.
 * - `rate_limited`: 429; nothing happened.
 * - `denied`: 403, as without the role on the key.
 * - `lost_answer`: the connection breaks after the work was done.
 * - `stall`: never answered.
 * - `damaged_request`: a bit of the plaintext or ciphertext flips on the way here.
 * - `damaged_answer`: a bit of the ciphertext or plaintext flips on the way back.
 * - `checksums_lost`: the request's checksums do not arrive, so nothing is verified.
 */
export const FAULTS = [
  'unavailable',
  'rate_limited',
  'denied',
  'lost_answer',
  'stall',
  'damaged_request',
  'damaged_answer',
  'checksums_lost',
] as const
export type Fault = (typeof FAULTS)[number]

const ruleSchema = z.strictObject({
  fault: z.enum(FAULTS),
  /** Default: all. */
  operations: z.array(z.enum(OPERATIONS)).optional(),
  /** How often it still strikes; default: always. */
  times: z.int().positive().optional(),
  /** Chance per request, 0 to 1; default 1. */
  probability: z.number().min(0).max(1).optional(),
})

const controlSchema = z.strictObject({
  reset: z.boolean().optional(),
  latency_ms: z.number().min(0).optional(),
  rules: z.array(ruleSchema).optional(),
  add: z.array(ruleSchema).optional(),
})

/** @example { fault: 'unavailable', operations: ['encrypt'], times: 1 } */
export type FaultRule = z.output<typeof ruleSchema>

export interface FaultSettings {
  /** Added before a request is looked at. */
  latency_ms: number
  /** The first that matches a request strikes. */
  rules: FaultRule[]
}

export class Faults {
  readonly #random: Random
  #settings: FaultSettings = { latency_ms: 0, rules: [] }

  constructor(random: Random) {
    this.#random = random
  }

  get latency_ms(): number {
    return this.#settings.latency_ms
  }

  /** Replaces the settings that are given. `rules` replaces all rules. */
  set({ latency_ms, rules }: Partial<FaultSettings>): void {
    if (latency_ms !== undefined) this.#settings.latency_ms = latency_ms
    if (rules) this.#settings.rules = rules.map((rule) => ({ ...rule }))
  }

  add(rule: FaultRule): void {
    this.#settings.rules.push({ ...rule })
  }

  /** No faults. */
  reset(): void {
    this.set({ latency_ms: 0, rules: [] })
  }

  /** The settings as they stand: `times` counts down, rules that are spent are gone. */
  state(): FaultSettings {
    return structuredClone(this.#settings)
  }

  /** The fault that strikes a request, if one does; counted. */
  strike(operation: Operation): Fault | undefined {
    const { rules } = this.#settings
    const rule = rules.find(
      ({ operations, probability }) =>
        (operations?.includes(operation) ?? true) &&
        (probability === undefined || this.#random.uniform() < probability),
    )
    if (rule?.times !== undefined && --rule.times <= 0) rules.splice(rules.indexOf(rule), 1)
    return rule?.fault
  }

  /**
   * The control request: `{reset?: true, latency_ms?, rules?, add?: FaultRule[]}`, in this order.
   * @throws Refusal 400 naming what is wrong; then nothing was changed
   */
  control(json: unknown): void {
    const parsed = controlSchema.safeParse(json)
    if (!parsed.success) throw invalid(z.prettifyError(parsed.error))
    const { reset, latency_ms, rules, add } = parsed.data
    if (reset) this.reset()
    this.set({ ...(latency_ms !== undefined && { latency_ms }), ...(rules !== undefined && { rules }) })
    for (const rule of add ?? []) this.add(rule)
  }
}
