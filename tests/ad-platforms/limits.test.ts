import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { ANSWER_BYTES_MAX, callPlatform, TEST_DURATION_MS_MAX } from '#shared/ad-platforms/http-call.ts'
import { ManualClock } from '#tests/http/manual-clock.ts'
import { closed, listening } from '#tests/http/harness.ts'
import { behaving, GOOD, type RunningAdPlatforms, runAdPlatforms, TYPES } from './harness.ts'

let running: RunningAdPlatforms
beforeAll(async () => {
  running = await runAdPlatforms()
})
beforeEach(() => running.faults.reset())
afterAll(() => running.close())

describe.each(TYPES)('%s', (type) => {
  test('a redirect is never followed', async () => {
    running.faults.add({ platform: type, behaviour: 'redirect' })
    const before = running.requests.length
    expect((await running.test(type, GOOD[type])).code).toBe('unexpected_answer')
    expect(running.requests.length).toBe(before + 1)
    expect(running.requests.at(-1)?.path).not.toContain('elsewhere')
  })

  test('after ten seconds it is a timeout, however slow the platform is', async () => {
    const clock = new ManualClock(Date.parse('2026-11-20T12:00:00Z'))
    running.faults.add({ platform: type, behaviour: 'slow' })
    const before = running.requests.length
    const result = running.test(type, GOOD[type], { clock })
    await expect.poll(() => running.requests.length).toBe(before + 1)
    clock.advance(TEST_DURATION_MS_MAX - 1)
    const first = await Promise.race([result, systemClock.turn().then(() => 'still waiting')])
    expect(first).toBe('still waiting')
    clock.advance(1)
    expect(await result).toMatchObject({ ok: false, code: 'timeout' })
  })

  test('a caller that aborts ends the call', async () => {
    running.faults.add({ platform: type, behaviour: 'slow' })
    const caller = new AbortController()
    const before = running.requests.length
    const leave = async () => {
      await expect.poll(() => running.requests.length).toBe(before + 1)
      caller.abort(new Error('gone away'))
    }
    const result = running.test(type, GOOD[type], { signal: caller.signal })
    await Promise.all([expect(result).rejects.toThrow('gone away'), leave()])
  })
})

describe('what is read of an answer', () => {
  test('is 64 KiB at most, and the rest is never received', async () => {
    let sent_bytes = 0
    let ended = false
    const chunk = Buffer.alloc(16 * 1024, 'x')
    const server = createServer((_, response) => {
      const more = () => {
        while (!ended && response.write(chunk)) sent_bytes += chunk.length
      }
      response.on('drain', more).on('close', () => (ended = true))
      more()
    })
    const base = await listening(server)
    const limit = new AbortController().signal
    const result = await callPlatform({ method: 'GET', base, path: ['x'] }, { limit, cancelled: undefined })
    expect(result).toMatchObject({ kind: 'answer', status: 200, cut: true })
    expect(result.kind === 'answer' && result.text.length).toBe(ANSWER_BYTES_MAX)
    await expect.poll(() => ended).toBe(true)
    expect(sent_bytes).toBeLessThan(16 * 1024 * 1024)
    await closed(server)
  })

  test('an answer of exactly 64 KiB is whole', async () => {
    const server = createServer((_, response) => response.end('y'.repeat(ANSWER_BYTES_MAX)))
    const base = await listening(server)
    const limit = new AbortController().signal
    const result = await callPlatform({ method: 'GET', base, path: ['x'] }, { limit, cancelled: undefined })
    expect(result).toMatchObject({ kind: 'answer', cut: false })
    await closed(server)
  })

  test.each(['meta', 'google_ads', 'linkedin', 'tiktok', 'liveramp'] as const)(
    '%s: a success that is too long to read is not believed',
    async (type) => {
      expect((await running.test(type, behaving(type, 'huge'))).code).toBe('unexpected_answer')
    },
  )

  test('The Trade Desk: the beginning of a long list of segments is enough', async () => {
    expect((await running.test('the_trade_desk', behaving('the_trade_desk', 'huge'))).code).toBe('ok')
  })
})

test('an answer that begins and never ends is a timeout', async () => {
  const clock = new ManualClock(0)
  let begun = false
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"code":')
    begun = true
  })
  const settings = { ...running.settings, AD_PLATFORM_TIKTOK_URL: await listening(server) }
  const result = running.test('tiktok', GOOD.tiktok, { settings, clock })
  await expect.poll(() => begun).toBe(true)
  clock.advance(TEST_DURATION_MS_MAX)
  expect((await result).code).toBe('timeout')
  await closed(server)
})

test('a host that nobody listens at is unreachable', async () => {
  const server = createServer()
  const url = await listening(server)
  await closed(server)
  const settings = { ...running.settings, AD_PLATFORM_TIKTOK_URL: url }
  expect((await running.test('tiktok', GOOD.tiktok, { settings })).code).toBe('unreachable')
})

test('ids beyond 2^53 are compared digit by digit', async () => {
  const server = createServer((request, response) => {
    const body = request.url?.includes('token') ? '{"access_token":"a"}' : '[{"profileId":9007199254740993}]'
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(body)
  })
  const url = await listening(server)
  const settings = { ...running.settings, AD_PLATFORM_AMAZON_DSP_URL: url, AD_PLATFORM_AMAZON_DSP_TOKEN_URL: url }
  const code = async (profile_id: string) =>
    (await running.test('amazon_dsp', { ...GOOD.amazon_dsp, profile_id }, { settings })).code
  expect(await code('9007199254740993')).toBe('ok')
  expect(await code('9007199254740992')).toBe('no_access')
  await closed(server)
})
