import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'

import { ActivationClient } from '#shared/client/client.ts'
import { nodePorts } from '#shared/client/node/node-ports.ts'
import { CHILD_ENVIRONMENT } from '#tests/support/child-environment.ts'
import { effort } from '#tests/support/effort.ts'

/** The client in processes of Node that share a folder. */

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-folder-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const openHere = () =>
  ActivationClient.open({
    ports: nodePorts(folder),
    api: { origins: 'http://nowhere.test', fetch: () => Promise.reject(new TypeError('offline')) },
    app_version: 'test',
  })

/** The client in a process of its own, which ends with the test at the latest. */
function started(what = '') {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'file-client.ts'), folder, what], {
    env: { ...CHILD_ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, ended, lines: createInterface(child.stdout) }
}

/** @returns the lines that it printed until it was killed */
async function killedAfter(lines_max: number): Promise<string[]> {
  const { child, ended, lines } = started()
  const printed: string[] = []
  for await (const line of lines) {
    printed.push(line)
    if (printed.length === lines_max) child.kill('SIGKILL')
  }
  await ended
  return printed
}

/** After how many lines each of the processes is killed. */
const COUNTS = [5, 12].slice(0, effort(1, 2))

test('a process that is killed between two writes loses nothing that was kept, and the next one goes on with its client', async () => {
  const ids: string[] = []
  for (const count of COUNTS) ids.push(...(await killedAfter(count)).slice(1))
  const client = await openHere()
  const kept = client.list('audience').map(({ record }) => record['audience_id'])
  expect(kept).toEqual(expect.arrayContaining(ids))
  // One at most was kept without its process living to say so, for each of them.
  expect(kept.length - ids.length).toBeLessThanOrEqual(COUNTS.length)
  expect(client.status).toMatchObject({ pending: kept.length, quarantined: 0 })
  await client.close()
})

test('a second process on the same folder is refused while the first has it open, and changes nothing', async () => {
  const { child, ended, lines } = started('hold')
  await once(lines, 'line')
  await expect(openHere()).rejects.toMatchObject({ kind: 'unavailable' })
  child.kill('SIGKILL')
  await ended
  const client = await openHere()
  expect(await client.create('audience', { name: 'Mine now' })).toMatchObject({ ok: true })
  await client.close()
})
