import { isObject } from '#shared/base/is-object.ts'
import { csvTableOf } from '../../../files/csv.ts'
import { variableOfCode } from './catalogue.ts'
import type { DraftVariable } from './draft.ts'
import { percentIn, percentText } from './relevance.ts'

/** Variables that come from elsewhere: pasted, or suggested by a service. */
export interface FoundVariables {
  readonly variables: readonly DraftVariable[]
  /** Why others cannot be taken, each in words. */
  readonly left_out: readonly string[]
}

const CODE_LENGTH_MAX = 200

const CODE_COLUMN = /^(?:code|variable|variable[ _]code)$/i

/** Codes one a line or with commas between, a table with a column `code`, or JSON. */
export function pastedVariables(text: string): FoundVariables {
  const trimmed = text.trim()
  if (trimmed === '') return { variables: [], left_out: [] }
  const json = trimmed.startsWith('[') || trimmed.startsWith('{') ? jsonIn(trimmed) : undefined
  if (json !== undefined) return variablesIn(json)
  const table = csvTableOf(trimmed)
  if (table.columns.some((name) => CODE_COLUMN.test(name))) {
    return variablesIn(table.rows.map(({ cells }) => lowerNames(cells)))
  }
  return variablesIn(trimmed.split(/[\n,;\t]/).map((code) => code.trim().replace(/^"(.*)"$/, '$1')))
}

/** @param value a list of codes or of variables, or an object that has one as `variables` or `suggested_variables` */
export function variablesIn(value: unknown): FoundVariables {
  const list = listIn(value)
  const variables = new Map<string, DraftVariable>()
  const left_out: string[] = []
  for (const [at, one] of list.entries()) {
    if (one === '') continue
    const read = variableIn(one)
    if (typeof read === 'string') left_out.push(`Entry ${at + 1} ${read}`)
    else if (!variables.has(read.code)) variables.set(read.code, read)
  }
  return { variables: [...variables.values()], left_out }
}

/** Those that are not chosen yet. */
export function newAmong<Variable extends DraftVariable>(
  found: readonly Variable[],
  chosen: readonly DraftVariable[],
): readonly Variable[] {
  const codes = new Set(chosen.map(({ code }) => code))
  return found.filter(({ code }) => !codes.has(code))
}

function listIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (!isObject(value)) return []
  const list = ['variables', 'suggested_variables', 'variable_details', 'selected_variables', 'suggestions']
    .map((name) => value[name])
    .find((member) => Array.isArray(member))
  return list ?? []
}

/** @returns what is wrong with it, in words, where it is none */
function variableIn(value: unknown): DraftVariable | string {
  const described = isObject(value) ? value : { code: value }
  const code = textOf(described['code'] ?? described['variable_code'] ?? described['variable'])
  if (code === '') return 'has no code'
  if (code.length > CODE_LENGTH_MAX) return `has a code of more than ${CODE_LENGTH_MAX} characters`
  const known = variableOfCode(code)
  return {
    code,
    description: textOf(described['description'] ?? described['name']).slice(0, 2000) || known?.description || '',
    category: textOf(described['category']).slice(0, 200) || known?.category || '',
    type: textOf(described['type']).slice(0, 100) || known?.type || '',
    relevance: relevanceIn(described['relevance_score'] ?? described['relevance']),
  }
}

/** Scores are 0–1; what is above is percent. What is neither is left away: the variable itself is good. */
function relevanceIn(value: unknown): string {
  const score =
    typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN
  if (score >= 0 && score <= 1) return percentText(score)
  const percent =
    typeof value === 'string' ? percentIn(value) : typeof value === 'number' ? percentIn(String(value)) : null
  return percentText(percent)
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.isWellFormed() ? value.trim() : ''
}

function lowerNames(cells: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(cells).map(([name, cell]) => [name.toLowerCase().replaceAll(' ', '_'), cell]),
  )
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
