import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

import type { AudiencesInput } from '#infra/audiences/command.ts'
import { runAudiences } from '#infra/audiences/run.ts'
import { type Clock, systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import type { Fetch } from '#shared/client/api/attempt.ts'
import { startAudiences, type RunningAudiences } from '#tests/functions/audiences/harness.ts'

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
  readonly user_id?: string
}

export async function audiencesInTest(): Promise<RunningAudiences> {
  const running = await startAudiences()
  onTestFinished(() => running.close())
  return running
}

export async function deskAt(running: RunningAudiences, options: DeskOptions = {}): Promise<Desk> {
  const { user_id = 'demo_user', clock = systemClock, signal = new AbortController().signal } = options
  const folder = await mkdtemp(join(tmpdir(), 'audiences-desk-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const dir = join(folder, 'files')
  const environment = { AUDIENCES_TOKEN: await running.token(user_id), AUDIENCES_URL: running.url }
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
