import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'

import { createClient } from '#tests/functions/audiences/harness.ts'
import { bodyOf } from '#tests/http/harness.ts'
import { checkHistory, checkReader } from './checker.ts'
import { Processes, type Started } from './child-process.ts'
import { USER_IDS, type Endpoint, type Operation } from './load.ts'
import { storedAudiences } from './stored.ts'

const MAIN = resolve(import.meta.dirname, '../../infra/local/main.ts')

/** The whole system in one process, as `npm start` runs it, again and again on one folder. */
export interface LocalRuntimes {
  start(): Promise<Started & Endpoint>
  /** All that was acknowledged is stored and shown, and nothing else. */
  check(operations: readonly Operation[], reader: Endpoint): Promise<void>
}

/** Gone when the test is. */
export async function localRuntimes(): Promise<LocalRuntimes> {
  const data_dir = await mkdtemp(join(tmpdir(), 'faults-local-'))
  const processes = new Processes()
  onTestFinished(async () => {
    await processes.end()
    await rm(data_dir, { recursive: true, force: true })
  })
  return {
    async start() {
      const command = [process.execPath, MAIN, '--data', data_dir, '--port', '0']
      const started = await processes.start(
        command,
        { APP_DIR: data_dir },
        ({ text }) => /^ready (\S+)$/.exec(String(text))?.[1],
      )
      const tokenOf = async (user_id: string) => {
        const request = { method: 'POST', body: JSON.stringify({ user_id }) }
        return String((await bodyOf(await fetch(`${started.url}/local/token`, request)))['id_token'])
      }
      const clients = new Map(USER_IDS.map((id) => [id, createClient(started.url, () => tokenOf(id))]))
      return { ...started, as: (user_id) => clients.get(user_id)! }
    },
    async check(operations, reader) {
      const stored = await storedAudiences(data_dir, 'activation-local')
      checkHistory(operations, stored)
      for (const user_id of USER_IDS) await checkReader(user_id, reader.as(user_id).call, stored)
    },
  }
}
