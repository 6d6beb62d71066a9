import fs from 'node:fs'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

import { OperatorError } from '#infra/command/operator-error.ts'
import { fileLog } from '#infra/local/logs.ts'
import { requirePorts, startFault } from '#infra/local/start-faults.ts'
import { lockFolder } from '#infra/stand-ins/kit/folder-lock.ts'
import { writeWhole } from '#infra/stand-ins/kit/whole-file.ts'
import { systemClock } from '#shared/base/clock.ts'
import { listen } from '#shared/http/server/serve.ts'

/** Every start that cannot be says in a sentence why, and what to do. */

function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'start-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

const messageOf = (error: unknown): string => {
  if (error instanceof OperatorError) return error.message
  throw new Error(`not for the operator: ${String(error)}`)
}

describe('a folder that cannot be used', () => {
  const refusal = async (folder: string) =>
    messageOf(
      await lockFolder(folder).then(
        (unlock) => unlock(),
        (error: unknown) => error,
      ),
    )

  test.each<[string, (within: string) => string, RegExp]>([
    ['a file', (at) => (fs.writeFileSync(`${at}/f`, ''), `${at}/f`), /\/f is a file\. Move it away, or choose another/],
    ['below a file', (at) => (fs.writeFileSync(`${at}/f`, ''), `${at}/f/data`), /\/f is a file\. Move it away/],
    [
      'a symbolic link that leads nowhere',
      (at) => (fs.symlinkSync(`${at}/gone`, `${at}/l`), `${at}/l`),
      /\/l is a symbolic link to .*\/gone, which does not exist\. Make what it points to/,
    ],
    [
      'below such a link',
      (at) => (fs.symlinkSync(`${at}/gone/deep`, `${at}/l`), `${at}/l/data`),
      /\/l is a symbolic link to .*\/gone\/deep, which does not exist/,
    ],
    ['a link to itself', (at) => (fs.symlinkSync(`${at}/l`, `${at}/l`), `${at}/l`), /symbolic links lead in a circle/],
    ['of a name too long', (at) => `${at}/${'n'.repeat(300)}`, /path is too long\. Choose another folder/],
    ['a device', () => '/dev/null', /\/dev\/null is not a folder/],
    ['where the system lets nobody make one', () => '/proc/data', /^Cannot make the folder|cannot be written/],
  ])('%s', async (_, make, expected) => {
    expect(await refusal(make(temporaryFolder()))).toMatch(expected)
  })
})

describe('a start that fails', () => {
  const faultOf = (code: string, more: object = {}) =>
    messageOf(startFault(Object.assign(new Error(`${code}: why`), { code, syscall: 'open', ...more }), '/data'))

  test('for want of a port names it, and another one', async () => {
    const taken = createServer()
    onTestFinished(() => void taken.close())
    const { port } = await listen(taken, 0, '127.0.0.1')
    const error = await listen(createServer(), port, '127.0.0.1').catch((fault: unknown) => fault)
    expect(messageOf(startFault(error, '/data'))).toMatch(
      `Port ${port} is in use. Choose another one: npm start -- --port `,
    )
    const listening = (code: string, at: number) => faultOf(code, { syscall: 'listen', port: at, address: '127.0.0.1' })
    expect(listening('EADDRINUSE', 65_530)).toContain('--port 65520')
    expect(listening('EACCES', 80)).toBe(
      'Port 80 is reserved: this user may not listen there. Choose another one: npm start -- --port 8080',
    )
    expect(listening('EADDRNOTAVAIL', 8080)).toContain('127.0.0.1 is not available')
    expect(listening('EOTHER', 8080)).toContain('Cannot listen on port 8080 (EOTHER)')
  })

  test.each([
    ['ENOSPC', {}, /disk of the folder \/data is full\. Nothing was lost\. Make room/],
    ['EDQUOT', { path: '/data/journal.jsonl.new' }, /is full/],
    ['EROFS', { path: '/data' }, /mounted read-only/],
    ['EACCES', { path: '/data/kms' }, /no permission at \/data\/kms\. Change its owner/],
    ['EISDIR', { path: '/data/issuer/key.json' }, /key\.json is a folder where a file belongs/],
    ['EMFILE', {}, /ulimit -n/],
    ['EWHATEVER', {}, /^Cannot start: EWHATEVER: why\.$/],
    ['ENOENT', { path: '/elsewhere/openapi.json' }, /^Cannot start: ENOENT: why\.$/],
  ])('with %s %j says what to do', (code, more, expected) => {
    expect(faultOf(code, more)).toMatch(expected)
  })

  test('for a mistake of ours keeps its stack', () => {
    const mistake = new TypeError('x is not a function')
    expect(startFault(mistake, '/data')).toBe(mistake)
  })

  test('because --split would need ports that there are not says up to where there are', () => {
    expect(() => requirePorts(65_535, true)).toThrow('Choose a port up to 655')
    for (const [port, split] of [
      [65_535, false],
      [0, true],
      [65_000, true],
    ] as const)
      requirePorts(port, split)
  })
})

test('a log is neither made nor renamed before its first line: a start that is refused touches none', async () => {
  const data_dir = temporaryFolder()
  const logs = path.join(data_dir, 'logs')
  const log = fileLog(data_dir, systemClock, 'INFO')
  expect(fs.existsSync(logs)).toBe(false)
  fs.mkdirSync(logs)
  const file = path.join(logs, 'activation.jsonl')
  fs.writeFileSync(file, '')
  fs.truncateSync(file, 17 * 1024 * 1024)
  fileLog(data_dir, systemClock, 'INFO')
  expect(fs.readdirSync(logs)).toEqual(['activation.jsonl'])
  log.write({ severity: 'INFO', message: 'mine' })
  await log.flush()
  expect(fs.readdirSync(logs)).toEqual(['activation.jsonl', 'activation.old.jsonl'])
})

test('a small file is replaced as a whole, or stays as it was with nothing beside it', () => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'key.json')
  writeWhole(file, 'first', 0o600)
  fs.writeFileSync(`${file}.new`, 'of a start that was killed')
  writeWhole(file, 'second', 0o600)
  expect([fs.readFileSync(file, 'utf8'), fs.statSync(file).mode & 0o777]).toEqual(['second', 0o600])
  fs.rmSync(file)
  fs.mkdirSync(file)
  expect(() => writeWhole(file, 'third', 0o600)).toThrow('EISDIR')
  expect(fs.readdirSync(folder)).toEqual(['key.json'])
})
