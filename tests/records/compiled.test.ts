import { isDeepStrictEqual } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import * as z from 'zod/mini'

import { openApiText } from '#infra/generate/openapi.ts'
import type { Route } from '#shared/contract/route.ts'
import { ROUTES } from '#shared/contract/routes.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { compiled } from '#shared/records/validation/compiled.ts'
import { FieldErrors } from '#shared/records/validation/field-errors.ts'
import { humanMessage } from '#shared/records/validation/messages.ts'
import { collect, prepareSchemas } from '#shared/records/validation/validate.ts'
import { sampleAudience } from '#tests/bench/sample-audience.ts'
import { startToy } from '#tests/http/harness.ts'

/** Whatever a request may hold, a compiled schema reads it as the schema itself does. */

interface Content {
  readonly schema?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly example?: unknown }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> }
}

const document = JSON.parse(openApiText()) as { readonly paths: Record<string, Record<string, Operation>> }

const HOSTILE: readonly unknown[] = [
  undefined,
  null,
  '',
  'a',
  'x'.repeat(300),
  '\ud800',
  0,
  -1,
  0.5,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  true,
  [],
  ['a', 1, null],
  Object.assign([], { 2: 'behind a hole' }),
  {},
  JSON.parse('{"__proto__": {"x": 1}, "a": [{"b": null}]}'),
  new Date(0),
]

/** The value with each of its members, four levels deep, replaced, taken away, or given a neighbour. */
function* changed(value: unknown, depth = 0): Generator {
  yield* HOSTILE
  if (depth === 4 || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    const [first, ...rest] = value as unknown[]
    for (const other of changed(first, depth + 1)) yield [other, ...rest]
    yield [...(value as unknown[]), ...(value as unknown[])]
    return
  }
  for (const [name, member] of Object.entries(value)) {
    for (const other of changed(member, depth + 1)) yield { ...value, [name]: other }
    const { [name]: _, ...others } = value as Record<string, unknown>
    yield others
  }
  yield { ...value, unknown_member: 1 }
  yield Object.defineProperty({ ...value }, '__proto__', { value: { polluted: true }, enumerable: true })
}

/** What the schema and the compiled one read differently, and how much they take. */
function differences(
  schema: z.ZodMiniType,
  valid: unknown,
): { different: unknown[]; accepted: number; refused: number } {
  const fast = z.compile(schema)
  const told = { different: [] as unknown[], accepted: 0, refused: 0 }
  for (const value of [valid, ...changed(valid)]) {
    const [slow_result, fast_result] = [schema, fast].map((one) => one.safeParse(value, { error: humanMessage }))
    const read = [slow_result, fast_result].map((one) => (one?.success ? one.data : one?.error?.issues))
    const is_same =
      slow_result?.success === fast_result?.success &&
      isDeepStrictEqual(read[0], read[1]) &&
      JSON.stringify(read[0]) === JSON.stringify(read[1])
    if (!is_same) told.different.push({ value, read })
    if (slow_result?.success) told.accepted++
    else told.refused++
  }
  return told
}

const SAMPLES = [
  [
    AUDIENCES,
    { ...AUDIENCES.defaults, ...sampleAudience(1), description: 'Movers', insights: ['more than last year'] },
  ],
  [PLATFORMS, { ...PLATFORMS.defaults, platform_type: 'meta', name: 'Meta', metadata: { note: { a: [1] } } }],
  [DISTRIBUTIONS, { ...DISTRIBUTIONS.defaults, audience_id: 'a', platform_id: 'p', segments_distributed: [1, 'two'] }],
] as const

test.each(SAMPLES)('the fields of a $noun', ({ fields }, sample) => {
  expect(z.compile(fields)).not.toBe(fields)
  expect(fields.safeParse(sample).success).toBe(true)
  const { different, accepted, refused } = differences(fields, sample)
  expect(different).toEqual([])
  expect(accepted).toBeGreaterThan(10)
  expect(refused).toBeGreaterThan(100)
})

const ALL_ROUTES: readonly Route[] = Object.values(ROUTES).flatMap((routes) => Object.values(routes))
const WITH_BODY = ALL_ROUTES.flatMap(({ method, path, body }) => (body ? [{ method, path, body }] : []))
const WITH_QUERY = ALL_ROUTES.flatMap(({ method, path, query }) => (query ? [{ method, path, query }] : []))

const operationOf = (method: string, path: string) => document.paths[path]![method.toLowerCase()]!

/** They name what is missing beside all other faults, by a check that cannot be compiled. */
const NOT_COMPILED = ['POST /api/audiences', 'POST /api/platforms', 'POST /api/distributions']

test('every body and every query is compiled, but for the bodies of creations', () => {
  const unchanged = [
    ...WITH_BODY.map(({ method, path, body }) => ({ name: `${method} ${path}`, schema: body })),
    ...WITH_QUERY.map(({ method, path, query }) => ({ name: `${method} ${path} as parameters`, schema: query })),
  ].filter(({ schema }) => z.compile(schema) === schema)
  expect(unchanged.map(({ name }) => name)).toEqual(NOT_COMPILED)
})

describe('what is sent to', () => {
  test.each(WITH_BODY)('$method $path', ({ method, path, body }) => {
    const contents = Object.values(operationOf(method, path).requestBody!.content)
    const examples = contents.flatMap((content) => Object.values(content.examples ?? {}))
    expect(examples.flatMap(({ value }) => differences(body, value).different)).toEqual([])
    expect(examples.some(({ value }) => body.safeParse(value).success)).toBe(true)
  })

  test.each(WITH_QUERY)('$method $path as parameters', ({ method, path, query }) => {
    const parameters = operationOf(method, path).parameters?.filter((parameter) => parameter.in === 'query') ?? []
    const sent = parameters.filter(({ example }) => example !== undefined)
    for (const { name, example } of sent) {
      for (const value of [String(example), [String(example)]]) {
        expect(differences(query, { [name]: value }).different).toEqual([])
      }
    }
    expect(differences(query, {}).different).toEqual([])
  })
})

test('a schema is compiled once it has been used often, and answers as before', () => {
  const schema = z.strictObject({ name: z.string() })
  const used = Array.from({ length: 40 }, () => compiled(schema))
  expect(used[0]).toBe(schema)
  expect(used.at(-1)).not.toBe(schema)
  expect(new Set(used).size).toBe(2)
  expect(used.at(-1)!.safeParse({ name: 'a' })).toEqual({ success: true, data: { name: 'a' } })
  expect(used.at(-1)!.safeParse({ name: 1 }, { error: humanMessage }).error!.issues).toEqual(
    schema.safeParse({ name: 1 }, { error: humanMessage }).error!.issues,
  )
})

test('a service compiles what it uses often; without one a schema stays what it is', async () => {
  const usesOf = (schema: z.ZodMiniType): number => {
    const uses = vi.spyOn(schema, 'safeParse')
    for (let use = 0; use < 100; use++)
      expect(collect(schema, { name: 'a' }, new FieldErrors(), 'body')).toEqual({ name: 'a' })
    return uses.mock.calls.length
  }
  prepareSchemas((schema) => schema)
  expect(usesOf(z.object({ name: z.string() }))).toBe(100)
  const toy = await startToy()
  onTestFinished(() => toy.close())
  expect(usesOf(z.object({ name: z.string() }))).toBeLessThan(50)
})
