/**
 * The part of the Logging query language that our filters use, evaluated over log entries.
 * Source: https://cloud.google.com/logging/docs/view/logging-query-language
 *
 * What it does not know it refuses, so that a filter which uses more than this is not taken for one that never matches:
 * `!=` and `!~` on purpose, since what they say of an absent field is easily misread. `NOT` says it plainly.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json }
export type LogEntry = Readonly<Record<string, Json>>

const SEVERITIES = ['DEFAULT', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY']
const OPERATORS = ['=~', '>=', '<=', '=', '>', '<', ':'] as const
type Operator = (typeof OPERATORS)[number]

type Matcher = (entry: LogEntry) => boolean

/** @throws Error when the filter is not of the part that is known here */
export function compileFilter(filter: string): Matcher {
  const parser = new Parser(tokensOf(filter))
  const matcher = parser.conjunction()
  parser.end()
  return matcher
}

/** What a label or value extractor takes of an entry; `undefined` when there is nothing. */
export function extracted(extractor: string, entry: LogEntry): string | undefined {
  const [, field, pattern] = /^(?:REGEXP_)?EXTRACT\(([\w.]+)(?:, "(.*)")?\)$/.exec(extractor) ?? []
  if (field === undefined) throw new Error(`not an extractor: ${extractor}`)
  const value = fieldOf(entry, field)
  if (value === undefined || value === null) return undefined
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return pattern === undefined ? text : new RegExp(pattern).exec(text)?.[1]
}

interface Token {
  readonly kind: 'text' | 'string' | 'operator' | 'parenthesis'
  readonly value: string
}

function tokensOf(filter: string): Token[] {
  const tokens: Token[] = []
  const pattern = /\s+|"((?:[^"\\]|\\.)*)"|(=~|!~|!=|>=|<=|=|>|<|:)|([()])|([^\s"()=<>:!]+)/gy
  for (let at = 0; at < filter.length; at = pattern.lastIndex) {
    pattern.lastIndex = at
    const match = pattern.exec(filter)
    if (match === null) throw new Error(`cannot read the filter at ${JSON.stringify(filter.slice(at))}`)
    const [, quoted, operator, parenthesis, text] = match
    if (quoted !== undefined) tokens.push({ kind: 'string', value: quoted.replaceAll(/\\(.)/g, '$1') })
    else if (operator !== undefined) tokens.push({ kind: 'operator', value: operator })
    else if (parenthesis !== undefined) tokens.push({ kind: 'parenthesis', value: parenthesis })
    else if (text !== undefined) tokens.push({ kind: 'text', value: text })
  }
  return tokens
}

/** NOT binds strongest, then OR, then AND: not as in most languages. */
class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  conjunction(): Matcher {
    const parts = [this.#disjunction()]
    while (this.#takes('text', 'AND')) parts.push(this.#disjunction())
    return (entry) => parts.every((matches) => matches(entry))
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw new Error(`nothing is expected at ${this.#tokens[this.#at]!.value}`)
  }

  #disjunction(): Matcher {
    const parts = [this.#negation()]
    while (this.#takes('text', 'OR')) parts.push(this.#negation())
    return (entry) => parts.some((matches) => matches(entry))
  }

  #negation(): Matcher {
    if (!this.#takes('text', 'NOT')) return this.#primary()
    const matches = this.#primary()
    return (entry) => !matches(entry)
  }

  #primary(): Matcher {
    if (this.#takes('parenthesis', '(')) {
      const matcher = this.conjunction()
      if (!this.#takes('parenthesis', ')')) throw new Error('a parenthesis is not closed')
      return matcher
    }
    const field = this.#next()
    const operator = this.#next()
    const operand = this.#next()
    if (field.kind !== 'text' || operator.kind !== 'operator') throw new Error(`not a comparison: ${field.value}`)
    return comparison(field.value, operator.value, operand)
  }

  #next(): Token {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw new Error('the filter ends too early')
    return token
  }

  #takes(kind: Token['kind'], value: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.kind !== kind || token.value !== value) return false
    this.#at++
    return true
  }
}

function comparison(field: string, operator: string, { kind, value: operand }: Token): Matcher {
  const known = OPERATORS.find((name) => name === operator)
  if (known === undefined) throw new Error(`the operator ${operator} is not used here: say it with NOT`)
  if (known === ':' && kind === 'text' && operand === '*') return (entry) => fieldOf(entry, field) !== undefined
  if (field === 'severity' && !SEVERITIES.includes(operand)) throw new Error(`${operand} is no severity`)
  const pattern = known === '=~' ? new RegExp(operand) : undefined
  return (entry) => {
    const value = fieldOf(entry, field)
    // A comparison with what is not there holds never.
    if (value === undefined || value === null || typeof value === 'object') return false
    if (pattern) return pattern.test(String(value))
    return compares(known, field === 'severity' ? bySeverity(value, operand) : byValue(known, value, operand))
  }
}

function bySeverity(value: string | number | boolean, operand: string): number {
  return SEVERITIES.indexOf(String(value)) - SEVERITIES.indexOf(operand)
}

/** Numbers as numbers; text without regard to case; `:` finds text in text. */
function byValue(operator: Operator, value: string | number | boolean, operand: string): number {
  if (typeof value === 'number') return value - Number(operand)
  const [own, other] = [String(value).toLowerCase(), operand.toLowerCase()]
  if (operator === ':') return own.includes(other) ? 0 : Number.NaN
  return own < other ? -1 : Number(own > other)
}

/** @param order of the value to the operand, NaN when there is none */
function compares(operator: Operator, order: number): boolean {
  switch (operator) {
    case '>':
      return order > 0
    case '<':
      return order < 0
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
    default:
      return order === 0
  }
}

function fieldOf(entry: LogEntry, path: string): Json | undefined {
  let value: Json | undefined = entry
  for (const member of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = (value as Readonly<Record<string, Json>>)[member]
  }
  return value
}
