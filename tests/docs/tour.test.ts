import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { freePort, projectCopy, ROOT, Server, Shell } from './typing.ts'

/** What the reader does next: start the server, end it gently or not, or type a block of commands. */
interface Step {
  readonly do: 'start' | 'stop' | 'kill' | 'type'
  readonly commands: string
}

test('the tour in the README works word for word', { timeout: 120_000 }, async () => {
  const port = await freePort()
  const folder = await projectCopy()
  const server = new Server(folder, port)
  const shell = new Shell(folder)
  onTestFinished(async () => {
    await server.end('SIGKILL')
    await shell.end()
    await rm(folder, { recursive: true, force: true })
  })
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const typed: string[] = []
  for (const step of stepsOf(readme.replaceAll('localhost:8080', `localhost:${port}`))) {
    if (step.do === 'start') await server.start()
    else if (step.do === 'stop') await server.end('SIGTERM')
    else if (step.do === 'kill') await server.end('SIGKILL')
    else typed.push(await shell.type(step.commands))
  }

  const [saved, listed, repeated, exported, handed_over, after_kill, duckdb, imported, old_ids] = typed
  expect(typed).toHaveLength(9)
  expect(saved).toContain('"message":"Audience saved"')
  expect(listed).toMatch(/"message":"Audience is archived".*"count":0,.*"name":"Green city people"/s)
  expect(repeated).toMatch(/Idempotency-Replayed: true.*"status":412.*"path":"nmae"/s)
  expect(exported).toMatch(/^audience_id,.*Green city people/s)
  expect(handed_over).toMatch(/"ok":true.*"average_match_rate":0\.7.*no stored object has the key/s)
  expect(after_kill).toContain('"name":"Green city people"')
  expect(duckdb).toMatch(/demo_user.*Green city people.*active/s)
  expect(imported).toMatch(/written[^]*unchanged/)
  expect(old_ids).toContain('"name":"Archived later"')
})

/** The blocks of the tour in order, `npm start` and the invisible marks included. */
function stepsOf(readme: string): Step[] {
  const tour = /## A five-minute tour\n([^]*?)\n## /.exec(readme)![1]!
  const found = tour.matchAll(/<!-- tour: (stop|kill) -->|```sh\n([^]*?)```/g)
  return Array.from(found, ([, mark, commands = '']): Step => {
    if (mark !== undefined) return { do: mark as 'stop' | 'kill', commands }
    return commands.trim() === 'npm start' ? { do: 'start', commands } : { do: 'type', commands }
  })
}
