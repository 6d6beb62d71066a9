import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { PROJECT_ROOT, plantRepository, runTool, sourceFiles } from './planted-repository.ts'
import type { PlantedRepository } from './planted-repository.ts'

/** Code that must be refused outside the exempt folders, by the rule that refuses it. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'eslint(no-restricted-properties)': [
    'export const a = Date.now()',
    'export const a = globalThis.Date.now()',
    "export const a = Date['now']()",
    'const { now } = Date\nexport const a = now()',
    'export const a = [1].map(Date.now)',
    'export const a = performance.now()',
    'export const a = process.hrtime.bigint()',
    'export const a = Math.random()',
    'export const a = globalThis.Math.random()',
    'const { random } = Math\nexport const a = random()',
    'export const a = crypto.randomUUID()',
    'export const a = crypto.getRandomValues(new Uint8Array(4))',
    'export const a = globalThis.crypto.randomUUID()',
  ],
  'eslint(no-restricted-globals)': [
    'setTimeout(() => undefined, 1)',
    'globalThis.setTimeout(() => undefined, 1)',
    'window.setTimeout(() => undefined, 1)',
    'setInterval(() => undefined, 1)',
    'setImmediate(() => undefined)',
    'export const wait = setTimeout',
  ],
  'eslint(no-restricted-imports)': [
    "import { setTimeout as wait } from 'node:timers/promises'\nawait wait(1)",
    "import { setTimeout as wait } from 'timers'\nwait(() => undefined, 1)",
    "import { performance as clock } from 'perf_hooks'\nexport const a = clock.now()",
    "import { randomBytes } from 'node:crypto'\nexport const a = randomBytes(4)",
    "import * as c from 'node:crypto'\nexport const a = c.randomInt(4)",
    "import * as z from 'zod'\nexport const a = z.string()",
    "import type * as z from 'zod'\nexport type A = z.ZodType",
  ],
  'house(current-date)': [
    'export const a = new Date()',
    'export const a = new globalThis.Date()',
    'export const a = Date()',
  ],
  'house(double-cast)': ["export const a = 'a' as unknown as number", "export const a = ('a' as unknown) as number"],
  'house(naming)': [
    'export function wait_long() {\n  return 1\n}',
    'export const wait_long = () => 1',
    'export class A {\n  wait_long() {\n    return 1\n  }\n}',
    'export interface A {\n  on_wait: () => void\n}',
    'export interface A {\n  wait_long(): void\n}',
    'export const f = (on_wait: () => void) => onWait(on_wait)\ndeclare function onWait(a: () => void): void',
    'export const f = (waitMs: number) => waitMs + 1',
    "export const userName = 'a' as const",
    'export interface snake_case {\n  a: 1\n}',
    'export type camelCase = 1',
  ],
  'house(zod-namespace)': [
    "import { z } from 'zod'\nexport const a = z.string()",
    "import { string } from 'zod/mini'\nexport const a = string()",
  ],
  'typescript(no-floating-promises)': ['async function f() {}\nf()'],
  'typescript(no-misused-promises)': ['async function f() {}\n[1].forEach(f)\nif (f()) throw new Error()'],
  'typescript(await-thenable)': ['export const a = await 1'],
  'typescript(switch-exhaustiveness-check)': [
    "export function f(a: 'x' | 'y') {\n  switch (a) {\n    case 'x':\n      return 1\n  }\n  return 2\n}",
  ],
  'typescript(no-unnecessary-type-assertion)': ['export const f = (a: string) => a as string'],
  'typescript(no-explicit-any)': ['export const f = (a: any) => typeof a'],
  'typescript(no-unsafe-return)': ['export const f = (a: string): string => JSON.parse(a)'],
  'typescript(ban-ts-comment)': ['// @ts-ignore\nexport const a: number = ""'],
  'typescript(consistent-type-imports)': ["export type A = import('./other.ts').B"],
  'eslint(id-match)': [
    'export function fullJitter_ms() {\n  return 1\n}',
    'export const f = (idTime_ms: number) => idTime_ms',
    'export const a = { lastUsed_ms: 1 }',
    'export class Some_class {}',
  ],
  'eslint(no-empty)': ['try {\n  JSON.parse("")\n} catch {}'],
  'eslint(no-console)': ['console.log(1)'],
  'eslint(max-lines)': [Array.from({ length: 401 }, (_, line) => `export const a${line} = ${line}`).join('\n')],
}

const ACCEPTED: Readonly<Record<string, string>> = {
  'names of each convention':
    'export const wait_ms = 1\nexport const WAIT_MS_MAX = 2\nexport const waitMs = () => wait_ms\nexport type WaitMs = 4',
  'a date of a given time': 'export const f = (time_ms: number) => new Date(time_ms).toISOString()',
  'a method of an injected clock named like the global one':
    'export const f = (clock: { now(): number }) => clock.now()',
  'a parameter that hides the global':
    'export const f = (setTimeout: (wait_ms: number) => void, Date: { new (): number }) => setTimeout(new Date())',
  'a class of node:crypto': "import { createHash } from 'node:crypto'\nexport const a = createHash('sha256')",
  'zod/mini as a namespace': "import * as z from 'zod/mini'\nexport const a = z.string()",
}

const COMPONENTS: Readonly<Record<string, readonly [path: string, code: string]>> = {
  'accepts the name of a component': ['accepted.tsx', 'export function SavedAudiences() {\n  return <p>None</p>\n}'],
  'react(no-danger)': [
    'danger.tsx',
    'export function Html() {\n  return <p dangerouslySetInnerHTML={{ __html: "" }} />\n}',
  ],
  'react-hooks(rules-of-hooks)': [
    'hooks.tsx',
    "import { useId } from 'react'\nexport function Field({ is_open }: { is_open: boolean }) {\n  if (is_open) return useId()\n  return null\n}",
  ],
}

interface Diagnostic {
  code: string
  filename: string
}

describe('lint', () => {
  const refused = Object.entries(REFUSED).flatMap(([rule, codes], rule_at) =>
    codes.map((code, at) => ({ rule, code, path: `shared/table/refused-${rule_at}-${at}.ts` })),
  )
  const accepted = Object.entries(ACCEPTED).map(([what, code], at) => ({
    what,
    code,
    path: `shared/table/accepted-${at}.ts`,
  }))
  const ambient = 'setTimeout(() => undefined, Date.now() + Math.random())\n'
  const exempt = ['shared/base/exempt.ts', 'tests/bench/exempt.ts']
  const unexempt = ['functions/a/handler.ts', 'infra/local/main.ts', 'infra/base/a.ts', 'tests/a.ts', 'vite.config.ts']
  let planted: PlantedRepository
  let exit_code: number
  let diagnostics: Diagnostic[]

  beforeAll(async () => {
    planted = await plantRepository({
      ...Object.fromEntries([...refused, ...accepted].map(({ path, code }) => [path, `${code}\n`])),
      ...Object.fromEntries([...exempt, ...unexempt].map((path) => [path, ambient])),
      ...Object.fromEntries(
        Object.values(COMPONENTS).map(([path, code]) => [`functions/web/app/${path}`, `${code}\n`]),
      ),
      'shared/table/other.ts': 'export type B = string\n',
      'shared/table/silent.ts': '// oxlint-disable-next-line no-console\nexport const a = 1\n',
    })
    const run = await runTool('oxlint/bin/oxlint', ['--format', 'json'], planted.root)
    exit_code = run.exit_code
    diagnostics = (JSON.parse(run.output) as { diagnostics: Diagnostic[] }).diagnostics
  })
  afterAll(() => planted.remove())

  const codesIn = (path: string) => diagnostics.filter(({ filename }) => filename === path).map(({ code }) => code)

  it('fails the command', () => {
    expect(exit_code).toBe(1)
  })

  it.each(refused)('refuses by $rule: $code', ({ rule, path }) => {
    expect(codesIn(path)).toContain(rule)
  })

  it.each(accepted)('accepts $what', ({ path }) => {
    expect(codesIn(path)).toEqual([])
  })

  it.each(Object.entries(COMPONENTS))('of the app: %s', (rule, [path]) => {
    const expected = rule.startsWith('accepts') ? [] : [rule]
    expect(codesIn(`functions/web/app/${path}`).filter((code) => code !== 'react(hooks)')).toEqual(expected)
  })

  it.each(exempt)('lets %s use real time and chance', (path) => {
    expect(codesIn(path)).toEqual([])
  })

  it.each(unexempt)('keeps real time and chance out of %s', (path) => {
    expect(codesIn(path).toSorted()).toEqual([
      'eslint(no-restricted-globals)',
      'eslint(no-restricted-properties)',
      'eslint(no-restricted-properties)',
    ])
  })

  it('refuses a disabling comment that disables nothing', () => {
    expect(diagnostics.some(({ filename }) => filename === 'shared/table/silent.ts')).toBe(true)
  })

  it('looks at every source file of the project', async () => {
    const { output } = await runTool('oxlint/bin/oxlint', ['--debug=files'], PROJECT_ROOT)
    expect(output.split('\n')).toEqual(expect.arrayContaining(await sourceFiles()))
  })

  it('no file disables a rule of the house, or of what is ambient', async () => {
    const offenders: string[] = []
    for (const path of await sourceFiles()) {
      const text = await readFile(join(PROJECT_ROOT, path), 'utf8')
      if (/(ox|es)lint-disable.*\b(house\/|no-restricted-)/.test(text)) offenders.push(path)
    }
    expect(offenders).toEqual([])
  })
})
