import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { freePort } from '#tests/support/ports.ts'
import { DOCS } from './blocks.ts'
import { projectCopy, ROOT, Server, Shell } from './typing.ts'

/** What the reader does next: start the server, end it gently or not, or type a block of commands. */
interface Step {
  readonly do: 'start' | 'stop' | 'kill' | 'type'
  readonly commands: string
}

const CODE_LINES_MAX = 40

test('the tour in the README and the guide that goes on from it work word for word', { timeout: 120_000 }, async () => {
  const port = await freePort()
  const folder = await projectCopy()
  const server = new Server(folder, port)
  const shell = new Shell(folder)
  onTestFinished(async () => {
    await server.end('SIGKILL')
    await shell.end()
    await rm(folder, { recursive: true, force: true })
  })
  const pages = [await readmeTour(), await readFile(join(DOCS, 'guides/tour.md'), 'utf8')]
  const typed: string[] = []
  for (const step of stepsOf(pages.join('\n').replaceAll('localhost:8080', `localhost:${port}`))) {
    if (step.do === 'start') await server.start()
    else if (step.do === 'stop') await server.end('SIGTERM')
    else if (step.do === 'kill') await server.end('SIGKILL')
    else typed.push(await shell.type(step.commands))
  }

  const [saved, after_kill, duckdb, listed, repeated, exported, handed_over, offline, imported, old_ids] = typed
  expect(typed).toHaveLength(10)
  expect(saved).toMatch(/"message":"Audience saved".*"name":"Green city people"/s)
  expect(after_kill).toContain('"name":"Green city people"')
  expect(duckdb).toMatch(/demo_user.*Green city people.*active/s)
  expect(listed).toMatch(/"message":"Audience is archived".*"count":0,.*"name":"Green city people"/s)
  expect(repeated).toMatch(/Idempotency-Replayed: true.*"status":412.*"path":"nmae"/s)
  expect(exported).toMatch(/^audience_id,.*Green city people/s)
  expect(handed_over).toMatch(/"ok":true.*"average_match_rate":0\.7.*no stored object has the key/s)
  expect(offline).toContain("[ 'Made on a train' ] Saved on this device only")
  expect(imported).toMatch(/written[^]*unchanged/)
  expect(old_ids).toContain('"name":"Archived later"')
})

test(`the tour in the README has at most ${CODE_LINES_MAX} lines to type`, async () => {
  const commands = stepsOf(await readmeTour()).flatMap((step) =>
    step.commands.split('\n').filter((line) => line !== ''),
  )
  expect(commands.length).toBeGreaterThan(5)
  expect(commands.length).toBeLessThanOrEqual(CODE_LINES_MAX)
})

async function readmeTour(): Promise<string> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  return /## A five-minute tour\n([^]*?)\n## /.exec(readme)![1]!
}

/** The blocks of a tour in order, `npm start` and the invisible marks included. */
function stepsOf(tour: string): Step[] {
  const found = tour.matchAll(/<!-- tour: (stop|kill) -->|```sh\n([^]*?)```/g)
  return Array.from(found, ([, mark, commands = '']): Step => {
    if (mark !== undefined) return { do: mark as 'stop' | 'kill', commands }
    return commands.trim() === 'npm start' ? { do: 'start', commands } : { do: 'type', commands }
  })
}
