import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { freePort } from '#tests/support/ports.ts'
import { longDescribe, longTest } from '#tests/support/effort.ts'
import { bodyOf, type Running, startToy } from './harness.ts'

/** A function as a process of its own: how it starts, refuses to start, and ends. */

const ENTRY = new URL('toy-process.ts', import.meta.url).pathname
const PROBE = new URL('domain-probe.ts', import.meta.url).pathname
const FRAMEWORK = new URL('../../node_modules/.bin/functions-framework', import.meta.url).pathname

/** Its issuer serves the processes too. */
let toy: Running
beforeAll(async () => {
  toy = await startToy()
})
afterAll(() => toy.close())

interface Process {
  url: string
  child: ChildProcess
  output: () => string
  exited: Promise<number | null>
}

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})

async function start(command: string[], environment: Record<string, string> = {}): Promise<Process> {
  const port = await freePort()
  const [program = '', ...parameters] = command
  const env = { ...process.env, ...toy.environment, PORT: String(port), ...environment }
  const child = spawn(program, parameters, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const exited = once(child, 'exit').then(([code]) => {
    running.delete(child)
    return code as number | null
  })
  return { url: `http://127.0.0.1:${port}`, child, output: () => output, exited }
}

async function started(
  environment: Record<string, string> = {},
  command = [process.execPath, ENTRY],
): Promise<Process> {
  const process_ = await start(command, environment)
  const isUp = () =>
    fetch(`${process_.url}/api/audiences/health`).then(
      ({ status }) => status,
      () => 0,
    )
  await expect.poll(isUp).toBe(200)
  return process_
}

interface Answered {
  status: number
  connection: string | undefined
  body: string
}

/** A POST over a kept connection, so that only the server can end it; `how` as the toy reads it. */
async function request(url: string, how: string, agent: Agent): Promise<Answered> {
  const headers = { authorization: `Bearer ${await toy.token()}`, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${url}/api/audiences/fail`, { method: 'POST', agent, headers }, (response) => {
      let body = ''
      response.on('data', (chunk) => (body += chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, connection: response.headers.connection, body }),
      )
    })
    sent.on('error', reject).end(JSON.stringify({ how }))
  })
}

const linesOf = (output: string) =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('a function as a process', () => {
  test('answers on PORT and logs nothing but lines of JSON', async () => {
    const { url, output, child, exited } = await started()
    const headers = { authorization: `Bearer ${await toy.token()}` }
    expect(await bodyOf(await fetch(`${url}/api/audiences/a`, { headers }))).toEqual({ success: true, id: 'a' })
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    const messages = linesOf(output()).map(({ message }) => message)
    expect(messages[0]).toBe('listening')
    expect(messages).toContain('GET /api/audiences/{id} 200')
    expect(messages.slice(-2)).toEqual(['shutting down: SIGTERM', 'ended'])
  })

  test('on SIGTERM answers what is under way with Connection: close, takes nothing new, and exits 0', async () => {
    const { url, child, exited } = await started()
    const agent = new Agent({ keepAlive: true })
    const slow = [300, 300, 600].map((after_ms) => request(url, `slow SIGTERM ${after_ms}`, agent))
    await request(url, 'after 3', agent)
    child.kill('SIGTERM')
    await expect
      .poll(() =>
        fetch(`${url}/api/audiences/health`).then(
          () => 'answered',
          () => 'refused',
        ),
      )
      .toBe('refused')
    for (const answer of await Promise.all(slow)) {
      expect(answer).toEqual({ status: 200, connection: 'close', body: '{"success":true,"slept":true}' })
    }
    expect(await exited).toBe(0)
    agent.destroy()
  })

  longTest('on SIGTERM with idle connections open ends immediately', async () => {
    const { url, child, exited, output } = await started()
    const agent = new Agent({ keepAlive: true })
    await request(url, 'slow 0', agent)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    // Otherwise it takes the nine seconds that a request may still take.
    expect(Number(linesOf(output()).at(-1)?.['ms'])).toBeLessThan(9_000)
    agent.destroy()
  })

  longTest('after seven seconds answers 503 what still waits, with Connection: close, and exits 0', async () => {
    const { url, child, exited, output } = await started({ CLOCK_FACTOR: '10' })
    const agent = new Agent({ keepAlive: true })
    const slow = request(url, 'slow SIGTERM 25000', agent)
    await request(url, 'after 1', agent)
    child.kill('SIGTERM')
    const { status, connection, body } = await slow
    expect([status, connection]).toEqual([503, 'close'])
    expect(JSON.parse(body)).toMatchObject({ type: '/problems/unavailable', outcome: 'unknown' })
    expect(await exited).toBe(0)
    expect(linesOf(output()).at(-1)).toMatchObject({ message: 'ended', cut_off_requests: 0 })
    agent.destroy()
  })

  longTest(
    'cuts off after nine seconds an answer that has begun and does not end, and then does not exit 0',
    async () => {
      const { url, child, exited, output } = await started({ CLOCK_FACTOR: '10' })
      const agent = new Agent({ keepAlive: true })
      const headers = { authorization: `Bearer ${await toy.token()}` }
      const endless = await fetch(`${url}/api/audiences/export?how=endless`, { headers })
      child.kill('SIGTERM')
      await expect(endless.arrayBuffer()).rejects.toThrow('terminated')
      expect(await exited).toBe(1)
      expect(linesOf(output()).at(-1)).toMatchObject({ severity: 'ERROR', message: 'ended', cut_off_requests: 1 })
      agent.destroy()
    },
  )

  longTest('after an error that nobody caught answers what is under way, says what it was, and ends', async () => {
    const { url, exited, output } = await started({ FAIL_AFTER_MS: '1500' })
    const agent = new Agent({ keepAlive: true })
    expect((await request(url, 'slow 2000', agent)).status).toBe(200)
    expect(await exited).toBe(1)
    const fault = linesOf(output()).find(({ severity }) => severity === 'CRITICAL')
    expect(fault?.['message']).toMatch(/^Error: nobody catches this\n {4}at /)
    agent.destroy()
  })

  longTest('with bad settings does not start, and names each', async () => {
    const bad = { OIDC_ISSUERS: 'x', USER_HASH_SALT: '', PORT: 'many' }
    const { exited, output } = await start([process.execPath, ENTRY], bad)
    expect(await exited).toBe(1)
    expect(output()).toBe(
      'The environment has bad settings:\n' +
        '  OIDC_ISSUERS must be JSON\n  USER_HASH_SALT is required\n  PORT must be a port number, a whole number from 0 to 65535\n',
    )
  })

  longTest('on the cloud refuses a loopback issuer', async () => {
    const { exited, output } = await start([process.execPath, ENTRY], { K_SERVICE: 'audiences' })
    expect(await exited).toBe(1)
    expect(output()).toContain('OIDC_ISSUERS must be an https address on the cloud')
  })

  longTest('goes on answering when nobody reads its log any more, and still ends when told to', async () => {
    const { url, child, exited } = await started()
    child.stdout?.destroy()
    child.stderr?.destroy()
    for (let request_number = 0; request_number < 5; request_number++) {
      const { status } = await fetch(`${url}/api/audiences/health`)
      expect(status).toBe(200)
    }
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  })
})

/** What the probe has counted in a process that was started with it. */
async function hooksOf({ child, output }: Process): Promise<unknown> {
  child.kill('SIGUSR2')
  const line = () => /^\{"domains":.*$/m.exec(output())?.[0]
  await expect.poll(line, { timeout: 10_000 }).toBeDefined()
  return JSON.parse(line()!)
}

longDescribe('the requests of a function', () => {
  test('create no domain and turn on no async hook, whether they are answered or refused', async () => {
    const process_ = await started({}, [process.execPath, '--import', PROBE, ENTRY])
    const headers = { authorization: `Bearer ${await toy.token()}`, 'content-type': 'application/json' }
    const statusOf = async (path: string, init: RequestInit = {}) =>
      (await fetch(`${process_.url}${path}`, { headers, ...init })).status
    expect(await statusOf('/api/audiences', { method: 'POST', body: '{"name":"x"}' })).toBe(201)
    expect(await statusOf('/api/audiences', { method: 'POST', body: 'x'.repeat(2 * 1024 * 1024) })).toBe(413)
    expect(await statusOf('/api/audiences/%ff')).toBe(400)
    expect(await statusOf('/api/audiences/fail', { method: 'POST', body: '{"how":"breaks"}' })).toBe(500)
    expect(await hooksOf(process_)).toEqual({ domains: 0, hooks: 0, promises_hooked: false })
  })

  test('do both under the plain framework, so this can be seen', async () => {
    const command = [process.execPath, '--import', PROBE, FRAMEWORK, `--source=${ENTRY}`, '--target=audiences']
    const found = await hooksOf(await started({}, command))
    expect(found).toMatchObject({ hooks: 1, promises_hooked: true })
  })
})

longDescribe('the same function under the plain framework', () => {
  const command = [process.execPath, FRAMEWORK, `--source=${ENTRY}`, '--target=audiences']

  test('answers, with the same limits', async () => {
    const { url } = await started({}, command)
    const headers = { authorization: `Bearer ${await toy.token()}`, 'content-type': 'application/json' }
    const create = (body: string, more: Record<string, string> = {}) =>
      fetch(`${url}/api/audiences`, { method: 'POST', body, headers: { ...headers, ...more } })
    expect((await create('{"name":"x"}')).status).toBe(201)
    expect((await create(JSON.stringify({ name: 'x'.repeat(1024 * 1024) }))).status).toBe(413)
    expect((await create('{"name":"x"}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await fetch(`${url}/api/audiences/a`, { headers })).status).toBe(200)
  })
})
