import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

import { FUNCTION_FACTORIES } from '#infra/local/functions.ts'
import { fileLog } from '#infra/local/logs.ts'
import { startLocalRuntime, type LocalRuntime } from '#infra/local/runtime.ts'
import { LOCAL_USER_HASH_SALT } from '#infra/local/user-hash-salt.ts'
import { systemClock } from '#shared/base/clock.ts'
import { createClient, type Client } from '#tests/functions/audiences/harness.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'
import { EnforcedRights } from '#tests/infra/rights/enforced.ts'
import { plannedRights } from '#tests/infra/rights/planned-rights.ts'
import { ROOT, Shell } from './typing.ts'
import { blocksOf, variablesOf } from './blocks.ts'

/** The local runtime, for the whole test. */
export interface Served {
  readonly runtime: LocalRuntime
  /** Where it keeps its data. */
  readonly folder: string
  /** Resolves when everything that was logged is in the file. */
  flushLog(): Promise<void>
}

/** @param access rights of those who use what stands in for Google; without it everything is allowed */
export async function served(access?: EnforcedRights): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'guides-'))
  const log = fileLog(folder, systemClock, 'DEBUG')
  await shareIssuerKey(folder)
  const runtime = await startLocalRuntime({
    data_dir: folder,
    port: 0,
    factories: FUNCTION_FACTORIES,
    log,
    fsync: false,
    ...(access && { access }),
  })
  onTestFinished(async () => {
    await runtime.end()
    await log.flush()
    await rm(folder, { recursive: true, force: true })
  })
  return { runtime, folder, flushLog: () => log.flush() }
}

/** The local runtime, and somebody on call who types runbooks at it, with the rights of the operator account. */
export interface Stage {
  readonly runtime: LocalRuntime
  /** Calls the API as `demo_user`. */
  readonly demo: Client
  /** Types the blocks of a guide in order; each `set` block gets the next of `settings`. @returns what each printed */
  play(guide: string, settings?: readonly Readonly<Record<string, string>>[]): Promise<string[]>
}

/** An import tries once whether it may open stored credentials. */
const TRIED_BY_IMPORT = 'cloudkms.cryptoKeyVersions.useToDecrypt'

/** @param more variables of the shell's environment */
export async function stage(more: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const rights = await operatorsRights()
  const { runtime, folder, flushLog } = await served(rights)
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const gcloud = join(bin, 'gcloud')
  await writeFile(gcloud, `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/tests/fixtures/gcloud/main.ts" "$@"\n`)
  await chmod(gcloud, 0o755)
  const environment = {
    HOME: folder,
    PATH: [bin, dirname(process.execPath), process.env['PATH']].join(':'),
    LOG_FILE: join(folder, 'logs', 'activation.jsonl'),
    ...(await runtime.doorsFor('am-operator')),
    GCS_BUCKET: 'activation-local',
    USER_HASH_SALT: LOCAL_USER_HASH_SALT,
    API: `${runtime.url}/api`,
    TOKEN_URL: `${runtime.url}/local/token`,
    PROJECT: 'local',
    REGION: 'local',
    ENVIRONMENT: 'local',
    ...more,
  }
  const shells: Shell[] = []
  onTestFinished(async () => {
    for (const shell of shells) await shell.end()
  })
  const tokenOf = async (user_id: string): Promise<string> => {
    const body = JSON.stringify({ user_id })
    const response = await fetch(`${runtime.url}/local/token`, { method: 'POST', body })
    return ((await response.json()) as { id_token: string }).id_token
  }
  return {
    runtime,
    demo: createClient(runtime.url, () => tokenOf('demo_user')),
    async play(guide, settings = []) {
      const shell = new Shell(ROOT, environment)
      shells.push(shell)
      const left = [...settings]
      const printed: string[] = []
      for (const block of await blocksOf(guide)) {
        if (block.kind === 'cloud only') continue
        if (block.kind === 'set') {
          await shell.type(settingOf(guide, variablesOf(block), left.shift()))
          continue
        }
        await flushLog()
        printed.push(await shell.type(block.commands))
      }
      if (left.length > 0) throw new Error(`${guide} asks for fewer settings`)
      const [denied] = (rights?.denied ?? []).filter(({ permission }) => permission !== TRIED_BY_IMPORT)
      if (denied) throw new Error(`${guide}: ${denied.identity} has no ${denied.permission} on ${denied.resource}`)
      return printed
    },
  }
}

/** Those of a plan, where terraform is installed; else everything is allowed. */
async function operatorsRights(): Promise<EnforcedRights | undefined> {
  const planned = await plannedRights()
  return planned && new EnforcedRights(planned.grants)
}

function settingOf(
  guide: string,
  variables: readonly string[],
  values: Readonly<Record<string, string>> | undefined,
): string {
  if (!values || Object.keys(values).toSorted().join() !== variables.toSorted().join()) {
    throw new Error(`${guide} asks for ${variables.join()}`)
  }
  return Object.entries(values)
    .map(([name, value]) => `${name}='${value}'`)
    .join('\n')
}
