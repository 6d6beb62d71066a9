/**
 * What can go wrong, switchable while the server runs: the same settings through the handle and over
 * `POST /_faults`. Every rule names what it applies to, and how often.
 */
import * as z from 'zod'

import type { Random } from '#shared/base/random.ts'
import { FaultRules, parseControl, RULE_FIELDS } from '../kit/faults.ts'
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
 * - `damaged_request`: a bit of the plaintext or ciphertext flips before the request arrives.
 * - `damaged_answer`: a bit of the ciphertext or plaintext flips before the answer arrives.
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
  ...RULE_FIELDS,
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
  readonly #rules: FaultRules<FaultRule>
  #latency_ms = 0

  constructor(random: Random) {
    this.#rules = new FaultRules(random)
  }

  get latency_ms(): number {
    return this.#latency_ms
  }

  /** Replaces the settings that are given. `rules` replaces all rules. */
  set({ latency_ms, rules }: Omit<z.output<typeof controlSchema>, 'reset' | 'add'>): void {
    if (latency_ms !== undefined) this.#latency_ms = latency_ms
    if (rules) this.#rules.replace(rules)
  }

  add(rule: FaultRule): void {
    this.#rules.add(rule)
  }

  /** No faults. */
  reset(): void {
    this.set({ latency_ms: 0, rules: [] })
  }

  /** The settings as they stand: `times` counts down, rules that are spent are gone. */
  state(): FaultSettings {
    return { latency_ms: this.#latency_ms, rules: this.#rules.state() }
  }

  /** The fault that strikes a request, if one does; counted. */
  strike(operation: Operation): Fault | undefined {
    return this.#rules.strike(({ operations }) => operations?.includes(operation) ?? true)?.fault
  }

  /**
   * The control request: `{reset?: true, latency_ms?, rules?, add?: FaultRule[]}`, in this order.
   * @throws Refusal 400 naming what is wrong; then nothing was changed
   */
  control(body: unknown): void {
    const { reset, add, ...changes } = parseControl(controlSchema, body, invalid)
    if (reset) this.reset()
    this.set(changes)
    for (const rule of add ?? []) this.add(rule)
  }
}
