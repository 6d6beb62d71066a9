import { execFile } from 'node:child_process'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { CLIENT_ID_PREFIX } from '#shared/contract/client-id.ts'
import { createUserHasher, hashUserId } from '#shared/logging/user-hash.ts'
import { type LineStream, logLine, streamLog, teeLog } from '#shared/logging/log.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { CHILD_ENVIRONMENT } from '#tests/support/child-environment.ts'
import { collectingLog, type Running, startToy } from './harness.ts'

const SALT = 'a salt for tests only'
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

let toy: Running
beforeAll(async () => {
  toy = await startToy({ environment: { GOOGLE_CLOUD_PROJECT: 'my-project', K_REVISION: 'audiences-00007-abc' } })
})
afterAll(() => toy.close())

const lastLine = () => toy.lines.findLast((line) => line['httpRequest'] !== undefined)!
const parsed = (line: string) => JSON.parse(line) as Record<string, unknown>

/** A stream that keeps what it is given, or pretends that nobody takes it. */
function keptStream(writableLength = 0): LineStream & { text: string; writes: number; writableLength: number } {
  const stream = {
    text: '',
    writes: 0,
    writableLength,
    write(text: string, written?: () => void) {
      stream.text += text
      stream.writes++
      written?.()
      return true
    },
  }
  return stream
}

/** Runs a module of this project in a process of its own. */
async function run(program: string): Promise<{ stdout: string; exit_code: unknown }> {
  return await new Promise((resolve) => {
    const parameters = ['--input-type=module', '--eval', program]
    execFile(process.execPath, parameters, { cwd: PROJECT_ROOT, env: CHILD_ENVIRONMENT }, (error, stdout) =>
      resolve({ stdout, exit_code: error === null ? 0 : error.code }),
    )
  })
}

describe('the line of a request', () => {
  test('says who, what, how it ended, what it cost and which trace it belongs to', async () => {
    await toy.call('/api/audiences', {
      method: 'POST',
      json: { name: 'a secret name' },
      headers: { 'user-agent': 'curl/8', traceparent: `00-${TRACE}-00f067aa0ba902b7-01` },
    })
    expect(lastLine()).toEqual({
      severity: 'INFO',
      message: 'POST /api/audiences 201',
      httpRequest: {
        requestMethod: 'POST',
        requestUrl: '/api/audiences',
        status: 201,
        responseSize: expect.stringMatching(/^\d+$/) as string,
        userAgent: 'curl/8',
        latency: expect.stringMatching(/^\d+\.\d{3}s$/) as string,
      },
      'logging.googleapis.com/trace': `projects/my-project/traces/${TRACE}`,
      'logging.googleapis.com/spanId': '00f067aa0ba902b7',
      function: 'audiences',
      revision: 'audiences-00007-abc',
      request_id: TRACE,
      route: '/api/audiences',
      user_hash: hashUserId('demo_user', SALT),
      record_id: 'aud_01',
      outcome: 'ok',
      store: { reads: 0, writes: 1, lists: 0 },
      cache: { hits: 0, misses: 0 },
      group_size: 0,
      retries: 0,
      ms: expect.any(Number) as number,
    })
  })

  test('says what the client tells of itself and what its sync has come to, and nothing else of either', async () => {
    const told = { app_version: '1.4.0', mode: 'account', flag: 'on', outbox_pending: 2, invalid: 0, load_ms: 850 }
    const errors = { count: 1, last: { name: 'TypeError', build: '1.4.0+3' } }
    const json = {
      client_id: newId(CLIENT_ID_PREFIX, 0, systemRandom),
      acked: 0,
      mutations: [{ seq: 1, mutation_id: 'hunter2', op: 'create', value: { name: 'hunter2' } }],
      client: {
        ...told,
        mode: 'hunter2',
        note: 'hunter2',
        errors: { ...errors, stack: 'hunter2', last: { ...errors.last, text: 'hunter2' } },
      },
    }
    await toy.call('/api/audiences/push', { method: 'POST', json })
    const { mode: _, ...understood } = told
    expect(lastLine()['client']).toEqual({ ...understood, errors })
    const others = { applied: 0, merged: 0, duplicate: 0, conflict: 0, invalid: 0 }
    expect(lastLine()['sync']).toEqual({ mutations: 1, retry: 1, ...others })
    expect(logLine(lastLine(), 0)).not.toContain('hunter2')
  })

  test('is one per request, whatever the request comes to', async () => {
    const before = toy.lines.length
    await fetch(`${toy.url}/nowhere`)
    await fetch(`${toy.url}/api/audiences`, { method: 'OPTIONS' })
    await toy.call('/api/audiences', { method: 'POST', body: 'x' })
    expect(toy.lines.slice(before).map(({ severity, outcome }) => [severity, outcome])).toEqual([
      ['NOTICE', 'not-found'],
      ['INFO', 'ok'],
      ['NOTICE', 'unsupported-media-type'],
    ])
  })

  test('never holds a token, a query, a body or a user id', async () => {
    const token = await toy.token('very_private_user')
    await toy.call(`/api/audiences?q=${token}`, { headers: { authorization: `Bearer ${token}` } })
    await toy.call(`/nowhere/${token}`, { headers: { authorization: `Bearer ${token}`, 'user-agent': token } })
    const json = { name: 'x', metadata: { password: 'hunter2' }, status: 'hunter2' }
    await toy.call('/api/audiences', { method: 'POST', json })
    await toy.call('/api/audiences/fail', { method: 'POST', json: { how: 'boom' } })
    await toy.call('/api/audiences/fail', { method: 'POST', json: { how: 'store' } })
    const text = toy.lines.map((line) => logLine(line, 0)).join('')
    expect(text).not.toMatch(/eyJ|hunter2|very_private_user|abc\.def\.ghi|demo_user/)
    expect(text).toContain('[token]')
  })

  test('never holds the user id of a path, also when no route has that path', async () => {
    const before = toy.lines.length
    for (const path of [
      '/api/users/very_private/summary',
      '/api/users/very_private/x/',
      '/api/users/very_private%ff',
    ]) {
      await toy.call(path)
    }
    const text = toy.lines.slice(before).map((line) => logLine(line, 0))
    expect(text).toHaveLength(3)
    expect(text.join('')).not.toContain('very_private')
    expect(text.join('')).toContain('/api/users/{user_id}/x/')
  })

  test('cannot be forged by what a client sends', async () => {
    const forged = '%0a{"severity":"CRITICAL"}%0d%00%1b[31m'
    await toy.call(`/api/audiences/${forged}`, {
      headers: { 'user-agent': `x\tseverity: CRITICAL ${'a'.repeat(5000)}` },
    })
    const line = logLine(lastLine(), 0)
    expect(line.indexOf('\n')).toBe(line.length - 1)
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f]/)
    expect(line.length).toBeLessThan(2000)
    expect(parsed(line)['severity']).toBe('INFO')
  })
})

describe('a log', () => {
  test('writes one line of JSON per entry, from its level on', () => {
    const stream = keptStream()
    const log = streamLog(systemClock, { stream, level: 'WARNING' })
    log.write({ severity: 'NOTICE', message: 'unseen' })
    log.write({ severity: 'ERROR', message: 'a\nb', count: 10n, nothing: undefined })
    expect(parsed(stream.text)).toMatchObject({ severity: 'ERROR', message: 'a\nb', count: '10' })
    expect(stream.text.split('\n')).toHaveLength(2)
  })

  test('escapes whatever ends a line for some readers, or that a terminal obeys', () => {
    const message = 'a\u0085b\u2028c\u2029d\u009b31me\u007ff\u202eg\u2066h'
    const line = logLine({ severity: 'INFO', message, [message]: message }, 0)
    expect(line).toMatch(/^[\x20-\x7e]*\n$/)
    expect(parsed(line)).toMatchObject({ message, [message]: message })
  })

  test('cuts what is too long, line and string', () => {
    const long = parsed(logLine({ severity: 'INFO', message: 'm'.repeat(100_000), note: 'n'.repeat(100_000) }, 0))
    expect((long['message'] as string).length).toBeLessThan(9_000)
    expect((long['note'] as string).length).toBeLessThan(3_000)
    const wide = logLine(
      { severity: 'INFO', message: 'm', list: Array.from({ length: 1000 }, () => 'x'.repeat(200)) },
      0,
    )
    expect(parsed(wide)).toMatchObject({ message: 'm', cut_characters: expect.any(Number) as number })
    expect(wide.length).toBeLessThan(1_000)
  })

  test('writes the lines of a tick together, once everything that was ready has run', async () => {
    const stream = keptStream()
    const log = streamLog(systemClock, { stream })
    log.write({ severity: 'INFO', message: 'a commit' })
    for (let step = 0; step < 20; step++) await Promise.resolve()
    log.write({ severity: 'INFO', message: 'its request' })
    expect(stream.writes).toBe(0)
    await new Promise((resolve) => process.nextTick(resolve))
    expect(stream.writes).toBe(1)
    expect(stream.text.trim().split('\n').map(parsed)).toMatchObject([
      { message: 'a commit' },
      { message: 'its request' },
    ])
  })

  test('writes an error immediately, behind the lines before it, and so a burst of lines whenever it has 16 KiB', () => {
    const stream = keptStream()
    const log = streamLog(systemClock, { stream })
    log.write({ severity: 'WARNING', message: 'before' })
    log.write({ severity: 'ERROR', message: 'an error' })
    expect(stream.text.trim().split('\n').map(parsed)).toMatchObject([{ message: 'before' }, { message: 'an error' }])
    const before = stream.writes
    for (let count = 0; count < 1000; count++) log.write({ severity: 'INFO', message: 'm'.repeat(1000) })
    expect(stream.writes - before).toBeGreaterThan(50)
    expect(stream.writes - before).toBeLessThan(100)
  })

  test('has written every line once it is flushed', async () => {
    const stream = keptStream()
    const log = streamLog(systemClock, { stream })
    log.write({ severity: 'INFO', message: 'x' })
    await log.flush()
    expect(parsed(stream.text)).toMatchObject({ message: 'x' })
  })

  test('loses no line of a process that exits in the middle of a tick', async () => {
    const program = `
      import { systemClock } from '#shared/base/clock.ts'
      import { streamLog } from '#shared/logging/log.ts'
      const log = streamLog(systemClock)
      log.write({ severity: 'INFO', message: 'first' })
      log.write({ severity: 'INFO', message: 'last' })
      process.exit(3)`
    const { stdout, exit_code } = await run(program)
    expect(exit_code).toBe(3)
    expect(stdout.trim().split('\n').map(parsed)).toMatchObject([{ message: 'first' }, { message: 'last' }])
  })

  test('drops lines rather than memory when nobody takes them, and says how many', async () => {
    const stream = keptStream(100 * 1024 * 1024)
    const log = streamLog(systemClock, { stream })
    for (let count = 0; count < 5; count++) log.write({ severity: 'INFO', message: 'lost' })
    expect(stream.text).toBe('')
    stream.writableLength = 0
    log.write({ severity: 'INFO', message: 'seen' })
    await log.flush()
    const lines = stream.text.trim().split('\n').map(parsed)
    expect(lines).toMatchObject([{ message: 'log lines were dropped', dropped_lines: 5 }, { message: 'seen' }])
  })

  test('can be several', async () => {
    const [a, b] = [collectingLog(), collectingLog()]
    const both = teeLog(a, b)
    both.write({ severity: 'INFO', message: 'x' })
    await both.flush()
    expect([a.lines.length, b.lines.length]).toEqual([1, 1])
  })
})

describe('the hash of a user', () => {
  test('is the same everywhere under one salt, and tells nothing under another', () => {
    expect(hashUserId('demo_user', SALT)).toBe(hashUserId('demo_user', SALT))
    expect(hashUserId('demo_user', SALT)).not.toBe(hashUserId('demo_user', `${SALT}.`))
    expect(hashUserId('demo_user', SALT)).toMatch(/^[0-9a-f]{32}$/)
  })

  test('is the same where hashes are remembered, for more users than are', () => {
    const hashUser = createUserHasher(SALT)
    const users = Array.from({ length: 1100 }, (_, at) => `user ${at}`)
    for (const user of [...users, ...users.toReversed()]) expect(hashUser(user)).toBe(hashUserId(user, SALT))
  })
})
