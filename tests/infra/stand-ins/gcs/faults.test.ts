import { describe, expect, test } from 'vitest'
import type { FaultRule } from '#infra/stand-ins/gcs/faults.ts'
import { bucketOf, errorOf, getText, listNames, mustPut, objectUrl, put, start } from './gcs-fixture.ts'

const refused = (gcs: { url: string }, name: string) =>
  put(gcs, name, 'x').then(
    ({ status }) => status,
    () => 'broken',
  )

describe('faults', () => {
  test('503 before the precondition check changes nothing, as often as the rule says', async () => {
    const gcs = await start()
    gcs.faults.add({ fault: 'unavailable', operations: ['write'], times: 2 })
    expect(await refused(gcs, 'x')).toBe(503)
    expect(await listNames(gcs)).toEqual([])
    expect(await refused(gcs, 'x')).toBe(503)
    expect(await refused(gcs, 'x')).toBe(200)
    expect(gcs.faults.state().rules).toEqual([])
  })

  test('503 after the commit leaves the change standing', async () => {
    const gcs = await start()
    gcs.faults.add({ fault: 'unavailable_after_commit', times: 1 })
    expect(await refused(gcs, 'x')).toBe(503)
    expect(await listNames(gcs)).toEqual(['x'])
  })

  test('a lost answer leaves the change standing, and the real client cannot tell', async () => {
    const gcs = await start()
    gcs.faults.add({ fault: 'lost_answer', operations: ['write'], times: 1 })
    const error = await errorOf(bucketOf(gcs).file('x').save('landed', { resumable: false }))
    expect(error.code).not.toBe(412)
    expect((await getText(gcs, 'x')).text).toBe('landed')
  })

  test('a fault after the commit waits for a change that is committed', async () => {
    const gcs = await start()
    gcs.faults.add({ fault: 'lost_answer', operations: ['write'], times: 1 })
    expect((await put(gcs, 'x', 'x', { ifGenerationMatch: '1' })).status).toBe(412)
    expect(await refused(gcs, 'x')).toBe('broken')
  })

  test('a late landing breaks the connection immediately and checks its precondition when it lands', async () => {
    const sleeping: (() => void)[] = []
    const clock = {
      nowMs: () => 1_700_000_000_000,
      monotonicMs: () => 0,
      turn: () => Promise.resolve(),
      sleep: () => new Promise<void>((resolve) => sleeping.push(resolve)),
    }
    const gcs = await start({ clock })
    const { generation } = await mustPut(gcs, 'x', 'before')
    gcs.faults.set({ rules: [{ fault: 'late_landing', operations: ['write'], times: 2, delay_ms: 5000 }] })
    await expect(put(gcs, 'x', 'late and stale', { ifGenerationMatch: generation })).rejects.toThrow('fetch failed')
    await expect(put(gcs, 'y', 'late and fine', { ifGenerationMatch: '0' })).rejects.toThrow('fetch failed')
    await mustPut(gcs, 'x', 'meanwhile')
    expect(await listNames(gcs)).toEqual(['x'])
    for (const wake of sleeping) wake()
    await gcs.settled()
    expect((await getText(gcs, 'x')).text).toBe('meanwhile')
    expect((await getText(gcs, 'y')).text).toBe('late and fine')
    expect(gcs.operations.counts().by_status['412']).toBe(1)
  })

  test('a late landing finds its idempotency token used by the retry, and does nothing', async () => {
    const sleeping: (() => void)[] = []
    const clock = {
      nowMs: () => 1_700_000_000_000,
      monotonicMs: () => 0,
      turn: () => Promise.resolve(),
      sleep: () => new Promise<void>((resolve) => sleeping.push(resolve)),
    }
    const gcs = await start({ clock })
    gcs.faults.add({ fault: 'late_landing', delay_ms: 1, times: 1 })
    const headers = { 'x-goog-gcs-idempotency-token': 'same' }
    await expect(put(gcs, 'x', 'body', {}, headers)).rejects.toThrow('fetch failed')
    expect((await put(gcs, 'x', 'body', {}, headers)).status).toBe(200)
    for (const wake of sleeping) wake()
    await gcs.settled()
    expect(await listNames(gcs, { versions: 'true' })).toEqual(['x'])
  })

  test('a stalled request is never answered and never done, and closing does not wait for it', async () => {
    const gcs = await start()
    gcs.faults.add({ fault: 'stall', prefix: 'stalled/', times: 1 })
    const stalled = refused(gcs, 'stalled/x')
    await mustPut(gcs, 'other', 'x')
    expect(await listNames(gcs)).toEqual(['other'])
    await gcs.close()
    expect(await stalled).toBe('broken')
  })

  test('a truncated answer breaks off in the middle of the body', async () => {
    const gcs = await start()
    await mustPut(gcs, 'x', 'x'.repeat(1000))
    gcs.faults.add({ fault: 'truncated_answer', operations: ['read'], times: 1 })
    await expect(getText(gcs, 'x')).rejects.toThrow('terminated')
    expect((await getText(gcs, 'x')).text).toHaveLength(1000)
  })

  test('the rate limit answers 429 within a second of the last change of the same object', async () => {
    let monotonic_ms = 0
    const clock = {
      nowMs: () => 1_700_000_000_000,
      monotonicMs: () => monotonic_ms,
      sleep: () => Promise.resolve(),
      turn: () => Promise.resolve(),
    }
    const gcs = await start({ clock })
    gcs.faults.set({ rate_limit: true })
    expect(await refused(gcs, 'x')).toBe(200)
    expect(await refused(gcs, 'y')).toBe(200)
    monotonic_ms += 999
    const response = await put(gcs, 'x', 'again')
    expect(response.status).toBe(429)
    expect(await response.json()).toMatchObject({ error: { errors: [{ reason: 'rateLimitExceeded' }] } })
    monotonic_ms += 1
    expect(await refused(gcs, 'x')).toBe(200)
  })

  test('latency is the clock’s, by class of operation', async () => {
    const slept: number[] = []
    const sleep = async (duration_ms: number) => void slept.push(duration_ms)
    const gcs = await start({
      clock: { nowMs: () => 1_700_000_000_000, monotonicMs: () => 0, turn: () => Promise.resolve(), sleep },
    })
    gcs.faults.set({ latency: { read_ms: 30, write_ms: 500, list_ms: 70 } })
    await mustPut(gcs, 'x', 'x')
    await getText(gcs, 'x')
    await listNames(gcs)
    await fetch(objectUrl(gcs, 'x'), { method: 'DELETE' })
    expect(slept).toEqual([500, 30, 70, 500])
  })

  test('chance decides by the injected source', async () => {
    const draws = [0.9, 0.1]
    const random = { bytes: (length: number) => new Uint8Array(length), uniform: () => draws.shift() ?? 1 }
    const gcs = await start({ random })
    gcs.faults.add({ fault: 'unavailable', probability: 0.5 })
    expect([await refused(gcs, 'x'), await refused(gcs, 'x')]).toEqual([200, 503])
  })

  test.each<[string, FaultRule, boolean]>([
    ['another kind', { fault: 'unavailable', operations: ['read', 'list'] }, false],
    ['another prefix', { fault: 'unavailable', prefix: 'b/' }, false],
    ['another bucket', { fault: 'unavailable', bucket: 'other' }, false],
    ['its prefix', { fault: 'unavailable', prefix: 'a/' }, true],
  ])('a rule for %s', async (_, rule, strikes) => {
    const gcs = await start()
    gcs.faults.add(rule)
    expect(await refused(gcs, 'a/x')).toBe(strikes ? 503 : 200)
  })
})

describe('the control endpoint', () => {
  const control = (gcs: { url: string }, body: unknown) =>
    fetch(`${gcs.url}/_faults`, { method: 'POST', body: JSON.stringify(body) })

  test('switches faults from another process and shows what is left of them', async () => {
    const gcs = await start()
    const rule = { fault: 'rate_limited', operations: ['write'], times: 2 }
    expect(await (await control(gcs, { latency: { read_ms: 1 }, rules: [rule] })).json()).toEqual({
      latency: { read_ms: 1, write_ms: 0, list_ms: 0 },
      rate_limit: false,
      disk_free_bytes: null,
      rules: [rule],
    })
    expect(await refused(gcs, 'x')).toBe(429)
    const left = await (await fetch(`${gcs.url}/_faults`)).json()
    expect(left).toMatchObject({ rules: [{ ...rule, times: 1 }] })
    expect(await (await control(gcs, { reset: true })).json()).toMatchObject({ rules: [], latency: { read_ms: 0 } })
  })

  test.each([
    { rules: [{ fault: 'unheard-of' }] },
    { rules: [{ operations: ['write'] }] },
    { add: [{ fault: 'stall', times: 0 }] },
    { add: [{ fault: 'stall', surprise: 1 }] },
    { latency: { reed_ms: 1 } },
    { rate_limits: true },
    [],
  ])('refuses %j and changes nothing', async (body) => {
    const gcs = await start()
    const before = gcs.faults.state()
    expect((await control(gcs, body)).status).toBe(400)
    expect(gcs.faults.state()).toEqual(before)
  })

  test('counts requests by kind, method and status, and starts again at zero', async () => {
    const gcs = await start()
    await mustPut(gcs, 'x', 'x')
    await getText(gcs, 'x')
    await getText(gcs, 'absent')
    await listNames(gcs)
    expect(await (await fetch(`${gcs.url}/_operations`)).json()).toEqual({
      read: 2,
      write: 1,
      list: 1,
      delete: 0,
      by_method: { 'objects.insert': 1, 'objects.get_media': 2, 'objects.list': 1 },
      by_status: { '200': 3, '404': 1 },
    })
    await fetch(`${gcs.url}/_operations`, { method: 'DELETE' })
    expect(gcs.operations.counts()).toMatchObject({ read: 0, by_method: {} })
  })
})
