import { describe, expect, test } from 'vitest'

import { answersIn } from './http-answers.ts'

const answersOf = (text: string) => answersIn(Buffer.from(text)).map(({ status, body }) => [status, body])

describe('the answers of a connection', () => {
  test('are split by the lengths that they state, not by the look of a body', () => {
    const forged = '{"name":"\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1\r\n\r\n"}'
    const whole = `HTTP/1.1 200 OK\r\nContent-Length: ${forged.length}\r\n\r\n${forged}`
    expect(answersOf(whole)).toEqual([[200, forged]])
    const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${forged.length.toString(16)}\r\n${forged}\r\n0\r\n\r\n`
    expect(answersOf(chunked)).toEqual([[200, forged]])
    expect(answersOf(`${chunked}${whole}`)).toHaveLength(2)
  })

  test('are two when a body ends and another head follows', () => {
    const split = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1\r\n\r\n'
    expect(answersOf(split)).toEqual([
      [400, ''],
      [200, ''],
    ])
  })

  test('that are cut off, or are no HTTP, are an error', () => {
    expect(() => answersOf('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc')).toThrow('cut off')
    expect(() => answersOf('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef')).toThrow('does not end')
    expect(() => answersOf('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nforged')).toThrow('does not end')
    expect(() => answersOf('nonsense\r\n\r\n')).toThrow('not a status line')
  })
})
