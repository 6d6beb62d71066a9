import { describe, expect, test } from 'vitest'

import { openApiText } from '#infra/generate/openapi.ts'
import { PROBLEM_KINDS } from '#shared/base/problem.ts'
import { FUNCTION_NAMES, functionOfPath } from '#shared/contract/functions.ts'
import { problemDocument } from '#shared/contract/problem-document.ts'
import { ROUTES } from '#shared/contract/routes.ts'
import { problemAnswer } from '#shared/http/response/problems.ts'
import { Problem, type ProblemKind } from '#shared/base/problem.ts'

interface Operation {
  operationId: string
  security: object[]
  parameters: { name: string; in: string; required?: boolean; schema: unknown }[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, unknown>
}

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, unknown>>
}

const text = openApiText()
const document = JSON.parse(text) as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)
const routes = FUNCTION_NAMES.flatMap((name) => Object.values(ROUTES[name]))

/** Every `$ref` below `value`. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? member : references(member),
  )
}

describe('openapi.json', () => {
  test('is generated the same each time', () => {
    expect(openApiText()).toBe(text)
  })

  test('has every route once, under a name of its own', () => {
    const described = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort()
    expect(described).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort())
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(routes.length)
  })

  test('names every parameter of every path, and refers to nothing that is not there', () => {
    for (const { path, operation } of operations) {
      const named = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`)
      expect(path.match(/\{\w+\}/g) ?? []).toEqual(named)
    }
    for (const reference of new Set(references(document))) {
      const found = reference
        .replace('#/', '')
        .split('/')
        .reduce<unknown>((place, key) => (place as Record<string, unknown> | undefined)?.[key], document)
      expect([reference, typeof found]).toEqual([reference, 'object'])
    }
  })

  test('asks for a token wherever the edge does, and only there needs one', () => {
    for (const { path, method, operation } of operations) {
      const route = routes.find((one) => one.path === path && one.method === method.toUpperCase())
      const needs_none = operation.security.some((requirement) => Object.keys(requirement).length === 0)
      expect(operation.security.length > 0).toBe(route?.access !== 'public')
      expect([path, needs_none]).toEqual([path, route?.access === 'optional'])
      expect(Object.keys(operation.responses).includes('401')).toBe(route?.access !== 'public')
    }
  })

  test('tells of conditions and idempotency keys where they are honoured', () => {
    const create = document.paths['/api/audiences']?.['post']
    expect(create?.parameters.map(({ name }) => name)).toEqual(['Idempotency-Key', 'If-Match', 'If-None-Match'])
    const patch = document.paths['/api/audiences/{audience_id}']?.['patch']
    expect(patch?.parameters.map(({ name }) => name)).toEqual(['audience_id', 'If-Match', 'If-None-Match'])
    expect(Object.keys(patch?.requestBody?.content ?? {})).toEqual(['application/merge-patch+json', 'application/json'])
    expect(Object.keys(patch?.responses ?? {})).toContain('412')
  })
})

describe('openapi.json says', () => {
  const parameter = (path: string, name: string) =>
    document.paths[path]!['get']!.parameters.find((one) => one.name === name)!.schema

  test('that numbers in a query are numbers, with their limits', () => {
    expect(parameter('/api/audiences', 'limit')).toEqual({ type: 'integer', minimum: 1, maximum: 200 })
    expect(parameter('/api/insights/audiences', 'months')).toEqual({ type: 'integer', minimum: 1, maximum: 36 })
  })

  test('that a body can be refused wherever it comes, and that a keyed record may have gone', () => {
    for (const { operation } of operations) {
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['413', '415']))
      const is_keyed = operation.parameters.some(({ name }) => name === 'Idempotency-Key')
      expect([operation.operationId, is_keyed && operation.responses['404'] === undefined]).toEqual([
        operation.operationId,
        false,
      ])
    }
  })

  test('what a creation needs, and which members are never null', () => {
    const bodyOf = (path: string) => {
      const { content } = document.paths[path]!['post']!.requestBody!
      const { schema } = content['application/json'] as {
        schema: { anyOf: unknown; properties: Record<string, unknown> }
      }
      return schema
    }
    expect(bodyOf('/api/audiences').anyOf).toEqual([{ required: ['audience_id'] }, { required: ['name'] }])
    expect(bodyOf('/api/audiences').properties['name']).toEqual({ type: 'string', minLength: 1, maxLength: 200 })
    expect(bodyOf('/api/distributions').anyOf).toEqual([
      { required: ['distribution_id'] },
      { required: ['audience_id', 'platform_id'] },
    ])
    expect(bodyOf('/api/platforms').anyOf).toEqual([
      { required: ['platform_id'] },
      { required: ['platform_type', 'name'] },
    ])
  })

  test('the version of a record only where an answer shows one', () => {
    const headersOf = (path: string) => document.paths[path]!['post']!.responses['200'] as { headers: object }
    expect(headersOf('/api/platforms').headers).toHaveProperty('ETag')
    expect(headersOf('/api/platforms/{platform_id}/test').headers).not.toHaveProperty('ETag')
    expect(headersOf('/api/maintenance/dispatch').headers).not.toHaveProperty('ETag')
  })
})

describe('the contract', () => {
  test('keeps every route below the path of its function', () => {
    for (const route of routes) {
      expect(functionOfPath(route.path)).toBe(route.function)
    }
  })

  test('describes problems as the edge answers them, of every kind', () => {
    for (const kind of Object.keys(PROBLEM_KINDS) as ProblemKind[]) {
      const errors = [{ path: 'segments[2].size', message: 'must be an integer' }]
      const { body } = problemAnswer(new Problem(kind, 'Because', { errors, members: { outcome: 'unknown' } }), 'id')
      expect(problemDocument.parse(body)).toEqual(body)
    }
  })

  test('lets no member of a problem stand in for its own', () => {
    const { body } = problemAnswer(
      new Problem('conflict', 'Because', { members: { status: 200, success: true } }),
      'id',
    )
    expect(body).toMatchObject({ status: 409, success: false })
  })
})
