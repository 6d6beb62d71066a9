/** Rules of faults, as every stand-in has them: each says which requests it strikes, how often and how likely. */
import * as z from 'zod'

import type { Random } from '#shared/base/random.ts'
import type { Refusal } from './refusal.ts'

/** The fields that the rules of all stand-ins share. */
export const RULE_FIELDS = {
  /** How often it still strikes; default: always. */
  times: z.int().positive().optional(),
  /** Chance per request, 0 to 1; default 1. */
  probability: z.number().min(0).max(1).optional(),
}

interface Rule {
  times?: number | undefined
  probability?: number | undefined
}

export class FaultRules<R extends Rule> {
  readonly #random: Random
  #rules: R[] = []

  constructor(random: Random) {
    this.#random = random
  }

  add(rule: R): void {
    this.#rules.push({ ...rule })
  }

  replace(rules: readonly R[]): void {
    this.#rules = rules.map((rule) => ({ ...rule }))
  }

  /** The rules as they stand: `times` counts down, rules that are spent are gone. */
  state(): R[] {
    return structuredClone(this.#rules)
  }

  /** The first rule that matches and whose chance decides for it. It counts only when `spend` says so. */
  choose(matches: (rule: R) => boolean): R | undefined {
    return this.#rules.find(
      (rule) => matches(rule) && (rule.probability === undefined || this.#random.uniform() < rule.probability),
    )
  }

  /** Counts one strike; false when other requests used the rule up in the meantime. */
  spend(rule: R): boolean {
    if (!this.#rules.includes(rule)) return false
    if (rule.times === undefined) return true
    rule.times--
    if (rule.times <= 0) this.#rules.splice(this.#rules.indexOf(rule), 1)
    return true
  }

  /** The rule that strikes a request, if one does; counted. */
  strike(matches: (rule: R) => boolean): R | undefined {
    const rule = this.choose(matches)
    return rule !== undefined && this.spend(rule) ? rule : undefined
  }
}

/**
 * The body of a control request.
 * @throws what `invalid` makes of a message that names what is wrong
 */
export function parseControl<S extends z.ZodType>(
  schema: S,
  body: unknown,
  invalid: (message: string) => Refusal,
): z.output<S> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw invalid(z.prettifyError(parsed.error))
}
