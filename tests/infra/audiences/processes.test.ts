import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { everyAudience, listening, saved } from '#tests/functions/audiences/harness.ts'
import { CHILD_ENVIRONMENT } from '#tests/support/child-environment.ts'
import { type Account, accounts, deskAt, textsOf } from './harness.ts'

const newAccount = accounts()

const MAIN = join(PROJECT_ROOT, 'infra/audiences/main.ts')

/** The command as a process of its own. */
async function typed(account: Account, args: readonly string[], url = account.url): Promise<ChildProcess> {
  const { PATH = '' } = process.env
  const connection = { AUDIENCES_URL: url, AUDIENCES_TOKEN: await account.token() }
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH, ...CHILD_ENVIRONMENT, ...connection },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null; printed: string }> {
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')])
  return { code: child.exitCode, signal: child.signalCode, printed: out + err }
}

/** Between the command and the service: `onSave` gets each save before it goes on, and after it was answered. */
async function between(account: Account, onSave: (count: number, when: 'before' | 'after') => void): Promise<string> {
  let count = 0
  const server = createServer((request, response) => {
    const forward = async () => {
      const is_save = request.method === 'POST'
      const number = is_save ? ++count : 0
      const body = await buffer(request)
      if (is_save) onSave(number, 'before')
      const headers = Object.entries(request.headers).filter(
        ([name]) => !['host', 'connection', 'content-length', 'accept-encoding'].includes(name),
      )
      const answer = await fetch(`${account.url}${request.url}`, {
        method: request.method!,
        headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
        ...(body.length > 0 && { body }),
      })
      const answered = Buffer.from(await answer.arrayBuffer())
      if (is_save) onSave(number, 'after')
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
      response.end(answered)
    }
    void forward().catch(() => response.destroy())
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return await listening(server)
}

test('two processes that apply the same folder’s audiences simultaneously lose no edit of either', async () => {
  const account = newAccount()
  const count = 30
  for (let at = 0; at < count; at++) await saved(account, { name: `n${at}`, description: `d${at}` })
  const desks = [await deskAt(account), await deskAt(account)]
  for (const desk of desks) await desk.run('pull')
  for (const name of await desks[0]!.names()) {
    await desks[0]!.edit(name, /^name: (\S+)$/m, 'name: $1-first')
    await desks[1]!.edit(name, /^description: (\S+)$/m, 'description: $1-second')
  }
  const work = async (dir: string): Promise<void> => {
    for (let round = 0; round < 20; round++) {
      const { code, printed } = await endOf(await typed(account, ['apply', dir, '--partial']))
      if (code === 0) return
      expect(printed).toMatch(/conflict|after the plan/)
      const pulled = await endOf(await typed(account, ['pull', dir]))
      expect(pulled).toMatchObject({ code: 0 })
    }
    throw new Error('it never ended')
  }
  await Promise.all(desks.map(({ dir }) => work(dir)))
  const audiences = await everyAudience(account)
  expect(
    audiences.map(({ name, description, version }) => `${name} ${String(description)} ${version}`).toSorted(),
  ).toEqual(Array.from({ length: count }, (_, at) => `n${at}-first d${at}-second 3`).toSorted())
})

test('a command that is killed again and again makes each new audience once, and leaves no half a file', async () => {
  const account = newAccount()
  const desk = await deskAt(account)
  await desk.run('pull')
  const names = Array.from({ length: 80 }, (_, at) => `n${String(at).padStart(2, '0')}`)
  for (const name of names) await desk.write(`${name}.yaml`, `name: ${name}\n`)
  let victim: ChildProcess | undefined
  let kills = 0
  let last: Awaited<ReturnType<typeof endOf>>
  for (let round = 1; ; round++) {
    // Killed when a save is on its way, or when it has been answered and the file does not say so yet.
    const [at, when] = [3 + round, round % 2 === 0 ? 'before' : 'after'] as const
    const url = await between(account, (number, now) => {
      if (number === at && now === when) victim?.kill('SIGKILL')
    })
    victim = await typed(account, ['apply', desk.dir], url)
    last = await endOf(victim)
    if (last.signal === null) break
    kills += 1
  }
  expect(last).toMatchObject({ code: 0 })
  expect(kills).toBeGreaterThan(3)
  const audiences = await everyAudience(account)
  expect(audiences.map(({ name, version }) => `${name} ${version}`).toSorted()).toEqual(
    names.map((name) => `${name} 1`),
  )
  const texts = Object.entries(await textsOf(desk))
  expect(texts).toHaveLength(names.length)
  for (const [, file] of texts)
    expect(file).toMatch(/^audience_id: aud_\w{26}\nversion: 1\nname: n\d\d\nstatus: active\n$/)
})

test('Ctrl+C ends the process with what is under way, and says how many were applied', async () => {
  const account = newAccount()
  const desk = await deskAt(account)
  await desk.run('pull')
  for (let at = 0; at < 60; at++) await desk.write(`${at}.yaml`, `name: n${at}\n`)
  const held: { child?: ChildProcess } = {}
  const url = await between(account, (number, when) => {
    if (number === 5 && when === 'before') held.child?.kill('SIGINT')
  })
  held.child = await typed(account, ['apply', desk.dir], url)
  const { code, printed } = await endOf(held.child)
  expect(code).toBe(1)
  const [, applied] = /(\d+) of 60 applied\.\nStopped\. A second run goes on from here\.\n$/.exec(printed) ?? []
  const audiences = await everyAudience(account)
  expect(audiences).toHaveLength(Number(applied))
  expect(audiences.length).toBeLessThan(60)
})

test('a pipeline tells differences from a wrong command line and from a service that does not answer', async () => {
  const account = newAccount()
  const desk = await deskAt(account)
  await desk.run('pull')
  await desk.write('new.yaml', 'name: New\n')
  const codeOf = async (...args: string[]) => (await endOf(await typed(account, args))).code
  expect(await codeOf('plan', desk.dir)).toBe(2)
  expect(await codeOf('plna', desk.dir)).toBe(1)
  expect(await codeOf('plan', desk.dir, '--url', 'http://127.0.0.1:1')).toBe(1)
  expect(await codeOf('apply', desk.dir)).toBe(0)
  expect(await codeOf('plan', desk.dir)).toBe(0)
})

test('the step of the example of a pipeline plans and applies, and tells the next steps how it ended', async () => {
  const account = newAccount()
  const desk = await deskAt(account)
  const workspace = dirname(desk.dir)
  await cp(join(PROJECT_ROOT, 'infra/docs/examples/audiences'), join(workspace, 'audiences'), { recursive: true })
  const pipeline = await readFile(join(PROJECT_ROOT, 'infra/docs/examples/audiences-pipeline.yaml'), 'utf8')
  const { steps } = parse(pipeline) as { steps: { id: string; args: string[] }[] }
  const script = steps
    .find(({ id }) => id === 'audiences')!
    .args.at(-1)!
    .replaceAll('$$', '$')
    .replaceAll('/workspace/command', PROJECT_ROOT)
    .replaceAll('/workspace', workspace)
  const step = async (ACTION: string): Promise<string> => {
    const connection = { AUDIENCES_URL: account.url, AUDIENCES_TOKEN: await account.token() }
    const PATH = [dirname(process.execPath), process.env['PATH']].join(':')
    const env = { PATH, HOME: workspace, ...CHILD_ENVIRONMENT, ...connection, ACTION }
    const child = spawn('bash', ['-uc', script], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await endOf(child)
    const read = (name: string) => readFile(join(workspace, name), 'utf8')
    return `${await read('report.txt')}${await read('code.txt')}`
  }
  expect(await step('plan')).toMatch(/create .*\n2 to create, 0 to change, 0 as they are\.\n0\n$/)
  expect(await step('apply')).toMatch(/2 of 2 applied\.\n0\n$/)
  expect(await step('plan')).toBe('0 to create, 0 to change, 2 as they are.\n0\n')
  await writeFile(join(workspace, 'audiences/bad.yaml'), 'nmae: x\n')
  expect(await step('plan')).toMatch(/fault {5}bad\.yaml:1:1 {2}nmae is not a known field\n[^]*\n1\n$/)
})
