import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { parseCommand } from '#infra/command/parse.ts'
import { AUDIENCES_COMMAND, checkOptions } from '#infra/audiences/command.ts'
import { paintOn } from '#infra/audiences/output.ts'
import { connectionOf } from '#infra/audiences/service/connection.ts'
import { saved } from '#tests/functions/audiences/harness.ts'
import { accounts, deskAt } from './harness.ts'

const newAccount = accounts()

const SECRET = 'eyJhbGciOi.secret'

async function tokenFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'audiences-token-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'token')
  await writeFile(file, text)
  return file
}

test('a token that the service refuses is read from its file again', async () => {
  const account = newAccount()
  await saved(account)
  const token_file = await tokenFile(`${SECRET}\n`)
  let asked = 0
  const desk = await deskAt(account, {
    fetch: async (url, init) => {
      const answer = await fetch(url, init)
      if (++asked === 1) await writeFile(token_file, `${await account.token()}\n`)
      return answer
    },
  })
  expect(await desk.run('pull', { token_file })).toMatchObject({ code: 0 })
  expect(await desk.names()).toHaveLength(1)
})

test('a token that is not accepted ends the run, and is in no message', async () => {
  const account = newAccount()
  const desk = await deskAt(account)
  const token_file = await tokenFile(SECRET)
  const refusal = await desk.run('pull', { token_file }).catch((error: Error) => error.message)
  expect(refusal).toMatch(/^The token is not accepted: .* Get another one and start again\.$/)
  expect(refusal).not.toContain('secret')
  const two_words = await desk.run('pull', { token_file: await tokenFile('secret words') }).catch(String)
  expect(two_words).toMatch(/holds no token: one word is expected/)
  expect(two_words).not.toContain('secret words')
})

test('a token is sent over https only, but for this machine, and never without being given', () => {
  const options = { url: undefined, token_file: undefined }
  const connect = (url: string, AUDIENCES_TOKEN?: string) => () =>
    connectionOf({ ...options, url }, AUDIENCES_TOKEN === undefined ? {} : { AUDIENCES_TOKEN }, fetch)
  expect(connect('http://am.example.com', SECRET)).toThrow('Only https')
  expect(connect('https://am.example.com')).toThrow('Who are you?')
  expect(connect('ftp://am.example.com', SECRET)).toThrow('must be like https://')
  expect(connect('https://user:word@am.example.com', SECRET)).toThrow('must be like https://')
  expect(connect('https://am.example.com/', SECRET)().origin).toBe('https://am.example.com')
  expect(connect('http://localhost:9000')().origin).toBe('http://localhost:9000')
})

test('an option that has no effect is refused', () => {
  const parsed = parseCommand(AUDIENCES_COMMAND, ['plan', 'files', '--partial'])
  if (parsed.kind !== 'input') throw new Error('it was read as help')
  expect(() => checkOptions(parsed.input)).toThrow('--partial does not belong to plan.')
})

test('colours are for terminals, and not for those who ask for none', () => {
  expect(paintOn({ isTTY: true }, {})('red', 'fault')).toBe('\x1b[31mfault\x1b[0m')
  expect(paintOn({ isTTY: true }, { NO_COLOR: '1' })('red', 'fault')).toBe('fault')
  expect(paintOn({}, {})('red', 'fault')).toBe('fault')
})
