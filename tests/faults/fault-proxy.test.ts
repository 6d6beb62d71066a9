import { Agent, request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'

import { BUCKET, getText, mustPut, start } from '#tests/infra/stand-ins/gcs/gcs-fixture.ts'
import { NETWORK_FAULTS, startFaultProxy, type NetworkFault } from './fault-proxy.ts'

/** The chaos is only worth something if each fault does what its name says. */

interface Seen {
  /** Bytes of the answer that came, its head included. */
  readonly answer: string
  /** How it ended: the error's code, or that the connection ended in good order. */
  readonly end: string
}

/** One upload over a connection of its own, and everything that came back. Hangs up once `enough` of it is there. */
async function upload(url: string, body: string, enough: (answer: string) => boolean = () => false): Promise<Seen> {
  const agent = new Agent()
  return new Promise((resolve) => {
    let answer = ''
    const sent = request(`${url}/upload/storage/v1/b/${BUCKET}/o?uploadType=media&name=x`, { agent, method: 'POST' })
    sent.on('error', () => undefined)
    sent.on('socket', (socket) => {
      socket.on('data', (chunk) => {
        answer += String(chunk)
        if (enough(answer)) socket.destroy()
      })
      let end = 'ended'
      socket.on('error', (error: NodeJS.ErrnoException) => (end = error.code ?? error.message))
      socket.on('close', () => resolve({ answer, end }))
    })
    sent.end(body)
  })
}

async function startBoth() {
  const gcs = await start()
  const proxy = await startFaultProxy(gcs)
  onTestFinished(() => proxy.close())
  const stored = async () => (await getText(gcs, 'x')).text
  await mustPut(gcs, 'x', 'before')
  return { gcs, proxy, stored }
}

const BODY = 'after '.repeat(5000)

/** What becomes of an upload that meets the fault: whether it is carried out, and what the client sees. */
const EFFECTS: readonly (readonly [fault: NetworkFault, is_made: boolean, seen: RegExp, end: string])[] = [
  ['reset_before', false, /^$/, 'ECONNRESET'],
  ['reset_in_request', false, /^$/, 'ECONNRESET'],
  ['lost_answer', true, /^$/, 'ECONNRESET'],
  ['reset_in_head', true, /^HTTP\/1.1 200 OK\r\n(?!.*\r\n\r\n)/s, 'ECONNRESET'],
  ['reset_in_answer', true, /^HTTP\/1.1 200 OK\r\n.*\r\n\r\n\{.*[^}]$/s, 'ECONNRESET'],
  ['end_in_answer', true, /^HTTP\/1.1 200 OK\r\n.*\r\n\r\n\{.*[^}]$/s, 'ended'],
  ['half_open', true, /^$/, 'ended'],
]

test.each(EFFECTS)('%s: carried out is %s', async (fault, is_made, seen, end) => {
  const { proxy, stored } = await startBoth()
  proxy.plan = () => fault
  const met = await upload(proxy.url, BODY)
  expect(met.answer).toMatch(seen)
  expect(met.end).toBe(end)
  expect(await stored()).toBe(is_made ? BODY : 'before')
  expect([...proxy.struck]).toEqual([[fault, 1]])
})

test.each(['slow_request', 'slow_answer'] as const)('%s: carried out, and answered whole', async (fault) => {
  const { proxy, stored } = await startBoth()
  proxy.plan = () => fault
  const { answer } = await upload(proxy.url, BODY, (text) => text.endsWith('}'))
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n.*"kind":"storage#object"/s)
  expect(await stored()).toBe(BODY)
})

test.each([
  ['stall', false],
  ['stall_answer', true],
  ['endless_answer', true],
] as const)('%s: carried out is %s, and no answer comes until it is healed', async (fault, is_made) => {
  const { proxy, stored } = await startBoth()
  proxy.plan = () => fault
  const met = upload(proxy.url, BODY)
  await expect.poll(() => proxy.strikes()).toBe(1)
  await expect.poll(stored).toBe(is_made ? BODY : 'before')
  proxy.heal()
  const { answer, end } = await met
  expect(end).toBe('ECONNRESET')
  expect(answer).not.toMatch(/\}$/)
  expect(await stored()).toBe(is_made ? BODY : 'before')
})

test('every fault has a test here, and without one the proxy passes everything on as it is', async () => {
  const tested = [
    ...EFFECTS.map(([fault]) => fault),
    'slow_request',
    'slow_answer',
    'stall',
    'stall_answer',
    'endless_answer',
  ]
  expect(tested.toSorted()).toEqual([...NETWORK_FAULTS].toSorted())
  const { proxy, gcs } = await startBoth()
  const direct = await getText(gcs, 'x')
  const through = await getText(proxy, 'x')
  const headersOf = ({ headers }: typeof direct) => [...headers].filter(([name]) => name !== 'date')
  expect([through.status, through.text, headersOf(through)]).toEqual([direct.status, direct.text, headersOf(direct)])
})
