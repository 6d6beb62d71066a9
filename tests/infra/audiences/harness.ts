import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, onTestFinished } from 'vitest'

import type { AudiencesInput } from '#infra/audiences/command.ts'
import { runAudiences } from '#infra/audiences/run.ts'
import { type Clock, systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import type { Fetch } from '#shared/client/api/attempt.ts'
import { type Client, type RunningAudiences, startAudiences } from '#tests/functions/audiences/harness.ts'

/** One person with a folder, and the command as they type it. */
export interface Desk {
  readonly dir: string
  run(action: AudiencesInput['action'], more?: Partial<AudiencesInput>): Promise<{ code: number; out: string }>
  text(path: string): Promise<string>
  write(path: string, text: string): Promise<void>
  edit(path: string, from: string | RegExp, to: string): Promise<void>
  /** Names of its files. */
  names(): Promise<string[]>
}

export interface DeskOptions {
  /** Stands before every request. */
  readonly fetch?: Fetch
  readonly clock?: Clock
  readonly signal?: AbortSignal
}

/** A user with audiences of their own, and the service that has them. */
export interface Account extends Client {
  readonly url: string
  readonly user_id: string
  token(): Promise<string>
}

/** One service for the tests of a file. @returns makes an account that is nobody else's */
export function accounts(): () => Account {
  let running: RunningAudiences
  let count = 0
  beforeAll(async () => {
    running = await startAudiences()
  })
  afterAll(() => running.close())
  return () => {
    const user_id = `user_${++count}`
    const { call } = running.as(user_id)
    return { call, url: running.url, user_id, token: () => running.token(user_id) }
  }
}

export async function deskAt(account: Pick<Account, 'url' | 'token'>, options: DeskOptions = {}): Promise<Desk> {
  const { clock = systemClock, signal = new AbortController().signal } = options
  const folder = await mkdtemp(join(tmpdir(), 'audiences-desk-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const dir = join(folder, 'files')
  const environment = { AUDIENCES_TOKEN: await account.token(), AUDIENCES_URL: account.url }
  return {
    dir,
    async run(action, more = {}) {
      let out = ''
      const input: AudiencesInput = {
        action,
        dir,
        url: undefined,
        token_file: undefined,
        archived: false,
        discard_edits: false,
        partial: false,
        keep_files: false,
        archive_missing: undefined,
        json: false,
        ...more,
      }
      const code = await runAudiences(input, {
        environment,
        clock,
        random: systemRandom,
        fetch: options.fetch ?? fetch,
        signal,
        print: (text) => void (out += text),
        paint: (_, text) => text,
      })
      return { code, out }
    },
    text: (path) => readFile(join(dir, path), 'utf8'),
    write: (path, text) => writeFile(join(dir, path), text),
    async edit(path, from, to) {
      const before = await readFile(join(dir, path), 'utf8')
      const after = before.replace(from, to)
      if (after === before) throw new Error(`${path} has no ${String(from)}`)
      await writeFile(join(dir, path), after)
    },
    names: async () => (await readdir(dir)).toSorted(),
  }
}

/** What every file of a folder holds, by name. */
export async function textsOf(desk: Desk): Promise<Record<string, string>> {
  const names = await desk.names()
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await desk.text(name)] as const)))
}
