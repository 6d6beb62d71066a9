import { describe, expect, test } from 'vitest'

import { decideGate, type Observed } from '#infra/deliver/rollout/gate.ts'

/** Forty good rounds of one function, which Cloud Monitoring has seen, and nobody else. */
const observed = (more: Partial<Observed> = {}): Observed => ({
  name: 'audiences',
  rounds: 40,
  failed_rounds: 0,
  failed_rounds_in_row: 0,
  last_failures: [],
  own_requests: 200,
  metrics: { requests: 190, server_errors: 0, p95_ms: 90 },
  ...more,
})
const metrics = (requests: number, server_errors: number, p95_ms = 90) => ({
  metrics: { requests, server_errors, p95_ms },
})
/** Of a candidate of sync: as many requests, of which so many pulls and pushes failed. */
const syncs = (requests: number, failures: number) => ({
  name: 'sync',
  metrics: { requests, server_errors: 0, p95_ms: 90, sync: { requests, failures } },
})

describe('a gate passes', () => {
  test.each([
    ['when our requests succeed and nobody else comes', {}],
    ['with one bad round long ago', { failed_rounds: 1 }],
    ['with two bad rounds apart, of forty', { failed_rounds: 2 }],
    ['when fewer than fifty real requests fail, which prove nothing', metrics(249, 49)],
    ['when fewer than fifty real requests are slow', metrics(249, 0, 9_000)],
    ['when five percent of many requests fail, the most that is allowed', metrics(400, 20)],
    ['at a p95 of three seconds, the most that is allowed', metrics(400, 0, 3_000)],
    ['when fewer than fifty real pulls and pushes fail, which prove nothing', syncs(249, 49)],
    ['when ten percent of many pulls and pushes fail, the most that is allowed', syncs(400, 40)],
  ])('%s', (_title, more) => {
    expect(decideGate([observed(more)])).toEqual({ kind: 'pass' })
  })
})

describe('a gate fails', () => {
  test.each([
    ['after two failed smoke tests in a row', { failed_rounds: 2, failed_rounds_in_row: 2 }, '2 of 40 smoke tests'],
    ['when more than five percent of the smoke tests failed', { failed_rounds: 3 }, '3 of 40 smoke tests'],
    [
      'with more than five percent 5xx among fifty real requests',
      metrics(250, 13),
      '5.2 % of requests were answered with 5xx',
    ],
    ['when fifty real requests are too slow', metrics(250, 0, 3_001), 'p95 latency is 3001 ms'],
    [
      'with more than ten percent failed syncs among fifty real ones, though each was answered 200',
      syncs(250, 26),
      '10.4 % of pulls and pushes failed or deferred a change',
    ],
  ])('%s', (_title, more, reason) => {
    const candidate = observed(more)
    const decision = decideGate([observed({ name: 'insights' }), candidate])
    const expected = expect.stringContaining(`${candidate.name}: ${reason}`) as unknown
    expect(decision).toMatchObject({ kind: 'fail', reason: expected })
  })

  test('rather than being held, when one function fails and another has no data', () => {
    const decision = decideGate([observed(metrics(0, 0)), observed({ name: 'insights', ...metrics(250, 100) })])
    expect(decision).toMatchObject({ kind: 'fail' })
  })
})

describe('a gate is held', () => {
  test.each([
    ['while Cloud Monitoring shows not even our requests', metrics(0, 0)],
    ['while Cloud Monitoring cannot be read', { metrics: { unreadable: 'answered 503' } }],
    ['while the last smoke test failed', { failed_rounds: 1, failed_rounds_in_row: 1 }],
    ['before the first smoke test has finished', { rounds: 0 }],
  ])('%s', (_title, more) => {
    expect(decideGate([observed({ name: 'insights' }), observed(more)])).toMatchObject({ kind: 'hold' })
  })
})
