import { describe, expect, test } from 'vitest'
import type { Gcs } from '#infra/stand-ins/gcs/server.ts'
import { BUCKET, getText, listNames, mustPut, objectUrl, put, start, type RawObject } from './gcs-fixture.ts'

async function multipart(gcs: Gcs, resource: object, bytes: string | Buffer, boundary = 'frontier'): Promise<Response> {
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(resource)}\r\n`),
    Buffer.from(`--${boundary}\r\nContent-Type: text/x-part\r\n\r\n`),
    Buffer.from(bytes),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  const url = `${gcs.url}/upload/storage/v1/b/${BUCKET}/o?uploadType=multipart`
  return fetch(url, { method: 'POST', body, headers: { 'content-type': `multipart/related; boundary="${boundary}"` } })
}

async function startResumable(gcs: Gcs, name: string, resource: object = {}): Promise<string> {
  const url = `${gcs.url}/upload/storage/v1/b/${BUCKET}/o?uploadType=resumable&name=${name}`
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(resource) })
  return response.headers.get('location') ?? ''
}

const send = (location: string, body: string, range: string) =>
  fetch(location, { method: 'PUT', body, headers: { 'content-range': range } })

describe('uploads', () => {
  test('a multipart upload keeps bytes that look like its own syntax', async () => {
    const gcs = await start()
    const bytes = 'a\r\n--frontie\r\n\r\n--front\r\n--frontier-not-quite\r\n\r\n'
    const response = await multipart(gcs, { name: 'tricky', metadata: { k: 'v' } }, bytes)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ contentType: 'text/x-part', metadata: { k: 'v' } })
    expect((await getText(gcs, 'tricky')).text).toBe(bytes)
  })

  test('an empty object can be uploaded in every way', async () => {
    const gcs = await start()
    expect((await put(gcs, 'simple', '')).status).toBe(200)
    expect((await multipart(gcs, { name: 'multipart' }, '')).status).toBe(200)
    expect((await send(await startResumable(gcs, 'resumable'), '', 'bytes */0')).status).toBe(200)
    for (const name of ['simple', 'multipart', 'resumable']) {
      expect(await getText(gcs, name)).toMatchObject({ status: 200, text: '' })
    }
  })

  test('a malformed multipart body is a 400', async () => {
    const gcs = await start()
    const url = `${gcs.url}/upload/storage/v1/b/${BUCKET}/o?uploadType=multipart&name=x`
    for (const [body, type] of [
      ['no parts at all', 'multipart/related; boundary=b'],
      ['--b\r\n\r\n{}\r\n--b--', 'multipart/related; boundary=b'],
      ['x', 'text/plain'],
    ] as const) {
      const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': type } })
      expect(response.status).toBe(400)
    }
    expect(await listNames(gcs)).toEqual([])
  })

  test.each(['', '.', '..', '.well-known/acme-challenge/token'])('the name %j is a 400', async (name) => {
    const gcs = await start()
    expect((await put(gcs, name, 'x')).status).toBe(400)
    expect((await multipart(gcs, { name }, 'x')).status).toBe(400)
  })

  test('custom metadata beyond 8 KiB is a 400', async () => {
    const gcs = await start()
    expect((await multipart(gcs, { name: 'x', metadata: { k: 'v'.repeat(8192) } }, 'x')).status).toBe(400)
  })

  test('a content type that would break out of its header is a 400', async () => {
    const gcs = await start()
    expect((await multipart(gcs, { name: 'x', contentType: 'a/b\r\nx-evil: 1' }, 'x')).status).toBe(400)
  })

  test('an upload to an unknown bucket is a 404', async () => {
    const gcs = await start()
    const url = `${gcs.url}/upload/storage/v1/b/no-such-bucket/o?uploadType=media&name=x`
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(404)
  })
})

describe('resumable uploads', () => {
  test('tell how far they are, take overlapping bytes once, and refuse a gap', async () => {
    const gcs = await start()
    const location = await startResumable(gcs, 'pieces')
    expect((await send(location, '', 'bytes */*')).headers.get('range')).toBeNull()
    const first = await send(location, '01234', 'bytes 0-4/*')
    expect([first.status, first.headers.get('range')]).toEqual([308, 'bytes=0-4'])
    expect((await send(location, '789', 'bytes 7-9/10')).status).toBe(400)
    const overlapping = await send(location, '34567', 'bytes 3-7/10')
    expect(overlapping.headers.get('range')).toBe('bytes=0-7')
    expect((await send(location, '89', 'bytes 8-9/10')).status).toBe(200)
    expect((await getText(gcs, 'pieces')).text).toBe('0123456789')
  })

  test('answer a question after the end with the finished object', async () => {
    const gcs = await start()
    const location = await startResumable(gcs, 'finished')
    const finished = (await (await send(location, 'x', 'bytes 0-0/1')).json()) as RawObject
    const asked = (await (await send(location, '', 'bytes */1')).json()) as RawObject
    expect(asked.generation).toBe(finished.generation)
  })

  test('show nothing before the last byte, and nothing ever when cancelled', async () => {
    const gcs = await start()
    const location = await startResumable(gcs, 'unfinished')
    await send(location, '01234', 'bytes 0-4/10')
    expect(await listNames(gcs)).toEqual([])
    expect((await fetch(location, { method: 'DELETE' })).status).toBe(499)
    expect((await send(location, '56789', 'bytes 5-9/10')).status).toBe(404)
  })
})

describe('idempotency tokens', () => {
  test('give a repeated write the first answer, and write once', async () => {
    const gcs = await start()
    const headers = { 'x-goog-gcs-idempotency-token': 'token-1' }
    const first = (await (await put(gcs, 'once', 'x', { ifGenerationMatch: '0' }, headers)).json()) as RawObject
    const again = await put(gcs, 'once', 'x', { ifGenerationMatch: '0' }, headers)
    expect(again.status).toBe(200)
    expect(((await again.json()) as RawObject).generation).toBe(first.generation)
    const deleted = () => fetch(objectUrl(gcs, 'once'), { method: 'DELETE', headers })
    expect([(await deleted()).status, (await deleted()).status]).toEqual([204, 204])
  })

  test('let a refused write be tried again', async () => {
    const gcs = await start()
    const headers = { 'x-goog-gcs-idempotency-token': 'token-2' }
    await mustPut(gcs, 'taken', 'x')
    expect((await put(gcs, 'taken', 'y', { ifGenerationMatch: '0' }, headers)).status).toBe(412)
    await fetch(objectUrl(gcs, 'taken'), { method: 'DELETE' })
    expect((await put(gcs, 'taken', 'y', { ifGenerationMatch: '0' }, headers)).status).toBe(200)
  })

  test('are forgotten after ten minutes', async () => {
    let now_ms = 0
    const clock = {
      nowMs: () => 1_700_000_000_000,
      monotonicMs: () => now_ms,
      sleep: () => Promise.resolve(),
      turn: () => Promise.resolve(),
    }
    const gcs = await start({ clock })
    const headers = { 'x-goog-idempotency-token': 'token-3' }
    expect((await put(gcs, 'old', 'x', { ifGenerationMatch: '0' }, headers)).status).toBe(200)
    now_ms += 10 * 60 * 1000 - 1
    expect((await put(gcs, 'old', 'x', { ifGenerationMatch: '0' }, headers)).status).toBe(200)
    now_ms += 2
    expect((await put(gcs, 'old', 'x', { ifGenerationMatch: '0' }, headers)).status).toBe(412)
  })
})
