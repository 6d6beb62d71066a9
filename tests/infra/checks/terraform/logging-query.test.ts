import { describe, expect, test } from 'vitest'

import { entryOf } from './cloud-run-entry.ts'
import { compileFilter, extracted } from './logging-query.ts'

const ENTRY = {
  severity: 'ERROR',
  httpRequest: { status: 503, requestMethod: 'POST' },
  jsonPayload: { event: 'commit', object: 'audiences/user_hash=1/x', store: { reads: 0 }, note: null },
}

const holds = (filter: string) => compileFilter(filter)(ENTRY)

describe('a filter of the Logging query language', () => {
  test.each([
    'jsonPayload.event="commit"',
    'jsonPayload.event="COMMIT"',
    'jsonPayload.event=commit',
    'httpRequest.status=503',
    'httpRequest.status>=500 AND httpRequest.status<600',
    'jsonPayload.store.reads>=0',
    'severity>=WARNING AND severity<CRITICAL',
    'severity=ERROR',
    'jsonPayload.object=~"^audiences/"',
    'jsonPayload.object:"user_hash"',
    'jsonPayload.event:*',
    'NOT jsonPayload.event="x"',
    'NOT jsonPayload.absent="x"',
    '(jsonPayload.event="x" OR severity=ERROR) AND httpRequest.status=503',
  ])('%s holds', (filter) => {
    expect(holds(filter)).toBe(true)
  })

  test.each([
    'jsonPayload.event="x"',
    'jsonPayload.absent="x"',
    'jsonPayload.absent:*',
    'jsonPayload.absent>=0',
    'jsonPayload.note="x"',
    'jsonPayload.event.member="x"',
    'severity>=CRITICAL',
    'jsonPayload.object=~"^platforms/"',
    'NOT (severity=ERROR)',
  ])('%s does not hold', (filter) => {
    expect(holds(filter)).toBe(false)
  })

  test('binds OR stronger than AND', () => {
    expect(holds('severity=ERROR OR severity=INFO AND severity=DEBUG')).toBe(false)
    expect(holds('severity=ERROR OR (severity=INFO AND severity=DEBUG)')).toBe(true)
  })

  test.each([
    ['jsonPayload.event!="x"', 'say it with NOT'],
    ['severity>=LOUD', 'LOUD is no severity'],
    ['jsonPayload.event', 'ends too early'],
    ['(severity=ERROR', 'not closed'],
    ['a="b" c="d"', 'nothing is expected at c'],
    ['', 'ends too early'],
  ])('%j is refused', (filter, why) => {
    expect(() => compileFilter(filter)).toThrow(why)
  })
})

test('extractors take a field, or a part of one, as text', () => {
  expect(extracted('EXTRACT(httpRequest.status)', ENTRY)).toBe('503')
  expect(extracted('EXTRACT(jsonPayload.absent)', ENTRY)).toBeUndefined()
  expect(extracted('REGEXP_EXTRACT(jsonPayload.object, "^([a-z]+)/")', ENTRY)).toBe('audiences')
})

test('Cloud Run lifts what Cloud Logging knows out of a line, and keeps the rest as its payload', () => {
  const trace = { 'logging.googleapis.com/trace': 'projects/p/traces/1' }
  expect(entryOf({ severity: 'INFO', message: 'm', httpRequest: { status: 200 }, outcome: 'ok', ...trace })).toEqual(
    expect.objectContaining({
      severity: 'INFO',
      timestamp: '1970-01-01T00:00:00.000Z',
      httpRequest: { status: 200 },
      trace: 'projects/p/traces/1',
      jsonPayload: { message: 'm', outcome: 'ok' },
    }),
  )
  expect(entryOf({ severity: 'INFO', message: 'alone' })).toMatchObject({ textPayload: 'alone' })
})
