import { describe, expect, test } from 'vitest'
import { start } from './gcs-fixture.ts'
import { statusOf } from './semantics/api.ts'

/**
 * Buckets have a metageneration only. On the stand-in alone: nothing outside a prefix of a real bucket is touched.
 * Source: https://cloud.google.com/storage/docs/json_api/v1/buckets
 */
const REQUESTS: Readonly<Record<string, RequestInit>> = {
  get: {},
  patch: { method: 'PATCH', body: '{"labels": {"changed": "yes"}}' },
  delete: { method: 'DELETE' },
}

const CASES = [
  ['ifMetagenerationMatch', '1', 'done'],
  ['ifMetagenerationMatch', '2', 412],
  ['ifMetagenerationMatch', 'latest', 400],
  ['ifMetagenerationNotMatch', '1', 304],
  ['ifMetagenerationNotMatch', '2', 'done'],
  ['ifMetagenerationNotMatch', 'latest', 400],
] as const

describe.each(Object.entries(REQUESTS))('a bucket’s %s', (method, request) => {
  test.each(CASES)('with %s = %s: %s', async (condition, value, outcome) => {
    const gcs = await start({ buckets: ['other-bucket'] })
    const url = `${gcs.url}/storage/v1/b/other-bucket`
    const response = await fetch(`${url}?${condition}=${value}`, request)
    const { status, headers } = response
    const done = method === 'delete' ? 204 : 200
    expect(statusOf({ status, headers, text: await response.text() })).toBe(outcome === 'done' ? done : outcome)
    const after = await fetch(url)
    expect(after.status).toBe(outcome === 'done' && method === 'delete' ? 404 : 200)
    const { metageneration = 'gone' } = (await after.json()) as { metageneration?: string }
    const when_done = { get: '1', patch: '2', delete: 'gone' }[method]
    expect(metageneration).toBe(outcome === 'done' ? when_done : '1')
  })
})
