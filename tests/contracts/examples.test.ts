import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'

import { OPENAPI_TEXTS } from '#infra/generate/openapi-texts/texts.ts'
import { openApiText } from '#infra/generate/openapi.ts'
import { FieldErrors } from '#shared/records/validation/field-errors.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { ROUTES } from '#shared/contract/routes.ts'
import { collect } from '#shared/records/validation/validate.ts'

/** Every example of the contract, judged by the schema beside it. */

interface Content {
  schema?: object
  examples?: Record<string, { value: unknown }>
}

interface Operation {
  operationId: string
  summary: string
  description: string
  parameters: { name: string; description?: string; schema: object; example: unknown }[]
  requestBody?: { content: Record<string, Content> }
  responses: Record<string, { $ref?: string; content?: Record<string, Content> }>
}

const document = JSON.parse(openApiText()) as {
  servers: { url: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: object; responses: Record<string, { description: string; content: Record<string, Content> }> }
}
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))

const ajv = new Ajv2020({ strict: false, allErrors: true, code: { optimize: false } })
addFormats.default(ajv)
// References lead into the document; its dialect of formats stays its own.
ajv.addSchema({ $id: 'contract', components: document.components })

const validators = new Map<string, ValidateFunction>()

function faultsOf(schema: object, value: unknown): string[] {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"contract#/components/')
  const isValid = validators.get(text) ?? ajv.compile(JSON.parse(text) as object)
  validators.set(text, isValid)
  return isValid(value) ? [] : (isValid.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

/** What is wrong with the examples of a content; having none is wrong, too. */
function contentFaults(place: string, content: Record<string, Content>): string[] {
  return Object.entries(content).flatMap(([type, { schema, examples = {} }]) => {
    const values = Object.values(examples)
    if (schema === undefined) return `${place} ${type} has no schema`
    if (values.length === 0) return `${place} ${type} has no example`
    return values.flatMap(({ value }) => faultsOf(schema, value).map((fault) => `${place} ${type}: ${fault}`))
  })
}

describe('the contract has an example that its schema takes', () => {
  test('of every body', () => {
    const faults = operations.flatMap(({ operationId, requestBody }) =>
      requestBody === undefined ? [] : contentFaults(operationId, requestBody.content),
    )
    expect(faults).toEqual([])
  })

  test('of every body, which the function takes too', () => {
    for (const name of FUNCTION_NAMES) {
      for (const [route_name, { body }] of Object.entries(ROUTES[name])) {
        const { request } = OPENAPI_TEXTS.functions[name].operations[route_name]!
        const errors = new FieldErrors()
        if (body !== undefined) collect(body, request, errors, 'body')
        expect([route_name, errors.shown]).toEqual([route_name, []])
      }
    }
  })

  test('of every answer of its own', () => {
    const faults = operations.flatMap(({ operationId, responses }) =>
      Object.entries(responses).flatMap(([status, { content }]) =>
        content === undefined ? [] : contentFaults(`${operationId} ${status}`, content),
      ),
    )
    expect(faults).toEqual([])
  })

  test('of every kind of problem, at its status', () => {
    const kinds: string[] = []
    for (const [name, { content }] of Object.entries(document.components.responses)) {
      expect(contentFaults(name, content)).toEqual([])
      kinds.push(...Object.keys(content['application/problem+json']!.examples!))
    }
    expect(new Set(kinds).size).toBe(kinds.length)
    expect(kinds).toContain('idempotency-mismatch')
  })

  test('of every parameter', () => {
    const faults = operations.flatMap(({ operationId, parameters }) =>
      parameters.flatMap(({ name, schema, example }) =>
        faultsOf(schema, example).map((fault) => `${operationId} ${name}: ${fault}`),
      ),
    )
    expect(faults).toEqual([])
  })
})

test('an example that its schema does not take would be seen', () => {
  const [content] = Object.values(document.paths['/api/audiences']!['post']!.requestBody!.content)
  const { schema } = content!
  expect(contentFaults('x', { json: { schema: schema!, examples: { one: { value: { nmae: 'x' } } } } })).not.toEqual([])
  expect(contentFaults('x', { json: { schema: schema! } })).toEqual(['x json has no example'])
})

test('the contract describes every operation, parameter and tag, each in words of its own', () => {
  const descriptions = operations.map(({ description }) => description)
  expect(descriptions.filter((text) => text.length < 20)).toEqual([])
  for (const { summary, description } of operations) expect(description).not.toBe(summary)
  expect(document.tags.filter(({ description }) => !description)).toEqual([])
  expect(operations.flatMap(({ parameters }) => parameters.filter(({ description }) => !description))).toEqual([])
  expect(document.servers).toHaveLength(1)
})
