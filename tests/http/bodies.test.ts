import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { BODY_BYTES_MAX, readBody } from '#shared/http/request/request-body.ts'
import { ManualClock } from './manual-clock.ts'
import { bodyOf, type Running, startToy } from './harness.ts'

let toy: Running
beforeAll(async () => {
  toy = await startToy()
})
afterAll(() => toy.close())

const post = (body: string, headers: Record<string, string> = {}) =>
  toy.call('/api/audiences', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })

const ofSize = (bytes: number) => {
  const frame = JSON.stringify({ name: 'x', metadata: { text: '' } })
  return JSON.stringify({ name: 'x', metadata: { text: 'a'.repeat(bytes - frame.length) } })
}

/** Sends bytes as they are, and gives back all that comes until the server has answered in full or hung up. */
async function raw(head: string, more: (write: (text: string) => boolean) => void = () => undefined): Promise<string> {
  const { hostname, port } = new URL(toy.url)
  const socket = connect(Number(port), hostname)
  let received = ''
  const ended = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      received += chunk.toString()
      if (received.endsWith('}')) resolve()
    })
    socket.on('close', () => resolve()).on('error', () => resolve())
  })
  socket.write(head)
  more((text) => socket.write(text))
  await ended
  socket.destroy()
  return received
}

const head = async (...lines: string[]) =>
  ['POST /api/audiences HTTP/1.1', 'Host: x', `Authorization: Bearer ${await toy.token()}`, ...lines, '', ''].join(
    '\r\n',
  )

describe('the size of a body', () => {
  test('may be 1 MiB exactly', async () => {
    const body = ofSize(BODY_BYTES_MAX)
    expect(Buffer.byteLength(body)).toBe(1024 * 1024)
    expect((await post(body)).status).toBe(201)
  })

  test('one byte over is 413, and the connection serves on', async () => {
    const answer = await post(ofSize(BODY_BYTES_MAX + 1))
    expect(answer.status).toBe(413)
    expect(await bodyOf(answer)).toMatchObject({ type: '/problems/too-large', success: false })
    expect((await post('{"name":"x"}')).status).toBe(201)
  })

  test('is held to the limit when it comes in chunks and declares nothing', async () => {
    const chunk = 'a'.repeat(0x8000)
    const sent = await raw(await head('Transfer-Encoding: chunked', 'Content-Type: application/json'), (write) => {
      for (let count = 0; count < 33; count++) write(`8000\r\n${chunk}\r\n`)
    })
    expect(sent).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('is refused by its declaration alone, before a byte of it arrives', async () => {
    const sent = await raw(await head('Content-Length: 99999999999', 'Content-Type: application/json'))
    expect(sent).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('is refused before the client is told to continue', async () => {
    const sent = await raw(
      await head('Content-Length: 2000000', 'Expect: 100-continue', 'Content-Type: application/json'),
    )
    expect(sent).toMatch(/^HTTP\/1\.1 413 /)
    const small = '{"name":"x"}'
    const length = `Content-Length: ${small.length}`
    const accepted = await raw(await head(length, 'Expect: 100-continue', 'Content-Type: application/json'), (write) =>
      write(small),
    )
    expect(accepted).toMatch(/^HTTP\/1\.1 100 Continue[^]*HTTP\/1\.1 201 /)
  })

  test('is judged after the token: who may not write is not told about limits', async () => {
    const answer = await post(ofSize(BODY_BYTES_MAX + 1), { authorization: 'Bearer nonsense' })
    expect(answer.status).toBe(401)
  })

  test('given twice, by length and by chunks, is not even a request', async () => {
    const sent = await raw(
      await head('Content-Length: 5', 'Transfer-Encoding: chunked', 'Content-Type: application/json'),
      (write) => write('0\r\n\r\n'),
    )
    expect(sent).toMatch(/^HTTP\/1\.1 400 [^]*"type":"\/problems\/invalid-input"/)
  })
})

describe('a slow or broken body', () => {
  test('is given up after 15 s', async () => {
    const clock = new ManualClock(Date.UTC(2026, 10, 1))
    const slow = await startToy({ clock })
    // So that the keys are there when time begins to run.
    await slow.call('/api/audiences')
    const headers = { authorization: `Bearer ${await slow.token()}`, 'content-type': 'application/json' }
    let status: number | undefined
    const sent = request(`${slow.url}/api/audiences`, { method: 'POST', headers }, (response) => {
      status = response.statusCode
      sent.destroy()
    })
    sent.on('error', () => undefined).write('{"na')
    const passTime = () => {
      clock.advance(15_000)
      return status
    }
    await expect.poll(passTime).toBe(400)
    await slow.close()
  })

  test('that breaks off leaves the server well', async () => {
    const { hostname, port } = new URL(toy.url)
    const text = await head('Content-Length: 100', 'Content-Type: application/json')
    const socket = connect(Number(port), hostname)
    await new Promise((resolve) => socket.write(`${text}{"name"`, resolve))
    socket.destroy()
    await expect.poll(() => toy.lines.at(-1)?.['outcome']).toBe('cut-off')
    expect((await post('{"name":"x"}')).status).toBe(201)
  })

  test('that breaks off before anybody reads it is gone immediately', async () => {
    const clock = new ManualClock(Date.UTC(2026, 10, 1))
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const broken = new Promise<IncomingMessage>((resolve) => {
      server.on('request', (received) => {
        received.on('close', () => resolve(received))
        socket.destroy()
      })
    })
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"name"')
    expect(await readBody(await broken, clock)).toEqual({ kind: 'gone' })
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('the type of a body', () => {
  test('is JSON in UTF-8, however that is written', async () => {
    for (const type of ['application/json', 'Application/JSON; charset=UTF-8', 'application/json;charset="utf-8"']) {
      expect((await post('{"name":"x"}', { 'content-type': type })).status).toBe(201)
    }
  })

  test('is 415 when it is anything else, saying what is accepted', async () => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
      'application/jsonx',
      'application/merge-patch+json',
      '',
      // Judged in one pass, however many spaces there are.
      `application/json; charset=${' '.repeat(8000)}"x"y`,
      `application/json; ${' '.repeat(8000)}charset=${' '.repeat(4000)}utf-16`,
    ]
    for (const type of types) {
      const answer = await post('{"name":"x"}', { 'content-type': type })
      expect([type, answer.status]).toEqual([type, 415])
      expect(answer.headers.get('accept')).toBe('application/json')
    }
  })

  test('may be a merge patch on PATCH', async () => {
    for (const type of ['application/merge-patch+json', 'application/json']) {
      const answer = await toy.call('/api/audiences/a', {
        method: 'PATCH',
        body: '{"name":"y"}',
        headers: { 'content-type': type },
      })
      expect(answer.status).toBe(200)
    }
  })

  test('is 415 when it is compressed', async () => {
    for (const encoding of ['gzip', 'br', 'deflate', 'identity, gzip']) {
      expect((await post('{"name":"x"}', { 'content-encoding': encoding })).status).toBe(415)
    }
    expect((await post('{"name":"x"}', { 'content-encoding': 'identity' })).status).toBe(201)
  })
})

describe('a body where none is due', () => {
  test('may be empty or an empty object, and is refused by name otherwise', async () => {
    expect((await toy.call('/api/audiences/a/restore', { method: 'POST' })).status).toBe(200)
    expect((await toy.call('/api/audiences/a/restore', { method: 'POST', json: {} })).status).toBe(200)
    const answer = await toy.call('/api/audiences/a/restore', { method: 'POST', json: { status: 'draft' } })
    expect(answer.status).toBe(400)
    expect((await bodyOf(answer))['errors']).toEqual([{ path: 'status', message: 'is not a known field' }])
  })

  test('may be empty in any character set', async () => {
    const headers = { 'content-type': 'application/json; charset=foo' }
    const answer = await toy.call('/api/audiences/a/restore', { method: 'POST', headers })
    expect(answer.status).toBe(200)
  })

  test('that is missing where it is due says so', async () => {
    const answer = await toy.call('/api/audiences', { method: 'POST' })
    expect(answer.status).toBe(400)
    expect((await bodyOf(answer))['errors']).toEqual([{ path: 'body', message: 'is required' }])
  })
})

describe('validation', () => {
  test('names every bad field in one answer, in words for people, and never the value', async () => {
    const secret = 'hunter2-hunter2-hunter2-hunter2'
    const answer = await toy.call('/api/audiences', {
      method: 'POST',
      json: {
        name: '',
        status: secret,
        segments: [{ name: 'ok' }, { name: 7, size: 1.5 }, { name: secret, size: -1, color: 'red' }, 'x'],
        metadata: [],
        reference: secret,
        surprise: secret,
        'odd name': 1,
      },
    })
    expect(answer.status).toBe(400)
    const body = await bodyOf(answer)
    expect(JSON.stringify(body)).not.toContain('hunter2')
    expect(body['errors']).toEqual([
      { path: 'name', message: 'must not be empty' },
      { path: 'status', message: 'must be one of "draft", "active"' },
      { path: 'segments[1].name', message: 'must be a string' },
      { path: 'segments[1].size', message: 'must be an integer' },
      { path: 'segments[2].name', message: 'must have at most 20 characters' },
      { path: 'segments[2].size', message: 'must be at least 0' },
      { path: 'segments[2].color', message: 'is not a known field' },
      { path: 'segments[3]', message: 'must be an object' },
      { path: 'metadata', message: 'must be an object' },
      { path: 'reference', message: 'must have at most 5 characters' },
      { path: 'surprise', message: 'is not a known field' },
      { path: '["odd name"]', message: 'is not a known field' },
    ])
  })

  test('of a value that fits no alternative says what would', async () => {
    const answer = await toy.call('/api/audiences', { method: 'POST', json: { name: 'x', reference: true } })
    expect((await bodyOf(answer))['errors']).toEqual([{ path: 'reference', message: 'must be a number or a string' }])
  })

  test('of an enormous mistake stays readable', async () => {
    const strangers = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`field_${index}`, 1]))
    const answer = await toy.call('/api/audiences', { method: 'POST', json: { name: 'x', ...strangers } })
    const body = await bodyOf(answer)
    expect((body['errors'] as unknown[]).length).toBe(100)
    expect(body['errors_omitted']).toBe(39_900)
    expect(body['detail']).toMatch(/\(and 39999 more\)$/)
  })

  test('of a query and a body together names the faults of both', async () => {
    const answer = await toy.call('/api/audiences?x=1', { method: 'POST', json: { name: 1 } })
    expect((await bodyOf(answer))['errors']).toEqual([
      { path: 'x', message: 'is not a known field' },
      { path: 'name', message: 'must be a string' },
    ])
  })

  test('answers prototype names, broken JSON and half characters with 400', async () => {
    for (const body of ['{"__proto__": {"x": 1}}', '{"name": "x"', '{"name": "\\ud800"}', '[', '"x"', 'null', '7']) {
      expect([body, (await post(body)).status]).toEqual([body, 400])
    }
  })
})
