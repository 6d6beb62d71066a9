import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { GcloudError, outputOf, spawnedGcloud } from '#infra/deliver/rollout/gcloud.ts'
import { smokeAccountOf } from '#infra/deliver/rollout/names.ts'
import { callsInDocument, callsInScript } from '#infra/checks/delivery/script-calls.ts'
import { systemClock } from '#shared/base/clock.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'
import { emptyCloud } from './stand-in/cloud.ts'
import { STAND_IN_FLAGS } from './stand-in/flags.ts'
import { startGcloud } from './stand-in/program.ts'

const has_gcloud = spawnSync('gcloud', ['version']).error === undefined

describe('the stand-in', () => {
  // Without gcloud this is skipped, and counted as such.
  test.skipIf(!has_gcloud)('knows no flag that gcloud does not know', () => {
    const folder = mkdtempSync(join(tmpdir(), 'flags-'))
    const commands = Object.entries(STAND_IN_FLAGS).map(([command, flags]) => {
      const isBoolean = (flag: string) => /^--(quiet|no-traffic|include-|recursive|read-paths)/.test(flag)
      return `gcloud ${command} ${flags.map((flag) => (isBoolean(flag) ? flag : `${flag}=x`)).join(' ')}`
    })
    writeFileSync(join(folder, 'commands.json'), JSON.stringify(commands.map((text) => ({ command_string: text }))))
    const lint = ['meta', 'lint-gcloud-commands', `--commands-file=${join(folder, 'commands.json')}`]
    const linted = execFileSync('gcloud', lint, { env: { ...process.env, CLOUDSDK_CONFIG: folder }, encoding: 'utf8' })
    rmSync(folder, { recursive: true, force: true })
    const judged = JSON.parse(linted) as { command_string: string; error_message: string | null }[]
    expect(judged).toHaveLength(commands.length)
    const unknown = judged.filter(({ error_message }) => error_message?.includes('unrecognized arguments'))
    expect(unknown).toEqual([])
  })
})

describe('a call of gcloud', () => {
  test('for an identity token of the smoke user is refused: it asks for an access token first', async () => {
    await withProgram(async () => {
      const account = smokeAccountOf({ project: 'my-project' })
      const args = ['auth', 'print-identity-token', `--impersonate-service-account=${account}`, '--audiences=a']
      const refused = outputOf(spawnedGcloud(systemClock), { args, duration_ms_max: 20_000 })
      await expect(refused).rejects.toThrow(`Failed to impersonate [${account}]`)
    })
  })

  test('fails with what gcloud said, and is refused for a flag that there is not', async () => {
    await withProgram(async () => {
      const run = spawnedGcloud(systemClock)
      const command = { args: ['run', 'services', 'describe', 'am-x', '--wibble'], duration_ms_max: 20_000 }
      const refused = await outputOf(run, command).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(GcloudError)
      expect(refused).toMatchObject({ message: expect.stringContaining('unrecognized arguments: --wibble') as unknown })
    })
  })

  test('that takes too long is ended, and has failed', async () => {
    await withProgram(async () => {
      const run = spawnedGcloud(systemClock)
      const command = { args: ['auth', 'print-access-token'], duration_ms_max: 0 }
      await expect(outputOf(run, command)).rejects.toThrow('was killed at its time limit')
    })
  })
})

describe('the calls in a script', () => {
  test('are found with their flags, whatever surrounds them', () => {
    const script = [
      '# gcloud is not called here',
      'command -v gcloud >/dev/null || die',
      'lock=$(gcloud storage cat "$url" "${of_project[@]}" 2>/dev/null || true)',
      'lines_of run services describe "$1" "${of_region[@]}" \\',
      "  --format='csv(a,b)' | sed 's/x/y/'",
    ].join('\n')
    expect(callsInScript(script)).toEqual([
      'gcloud storage cat "some-value" --project=x --quiet',
      `gcloud run services describe "some-value" --region=x --project=x --quiet --format='csv(a,b)'`,
    ])
  })

  test('of a document are those in its blocks, without what is said about them', () => {
    const document = [
      'Run gcloud version first.',
      '```sh',
      'export PROJECT=p',
      'npm run check # reads gcloud calls',
      `gcloud logging read "a=\\"b|c\\" AND d" --project "$PROJECT" | sort`,
      '```',
    ].join('\n')
    expect(callsInDocument(document)).toEqual([`gcloud logging read "a=\\"b|c\\" AND d" --project "some-value"`])
  })

  test('of rollback.sh are all of them', () => {
    const script = readFileSync(join(PROJECT_ROOT, 'infra/deliver/scripts/rollback.sh'), 'utf8')
    const verbs = callsInScript(script).map((call) => call.split(' ').slice(1, 4).join(' '))
    expect(verbs.toSorted()).toEqual([
      'run revisions list',
      'run services describe',
      'run services list',
      'run services update-traffic',
      'storage cat "some-value"',
      'storage cp -',
      'storage rm "some-value"',
    ])
  })
})

/** The stand-in on the PATH of this process, while `work` runs. */
async function withProgram(work: () => Promise<void>): Promise<void> {
  const program = await startGcloud({ cloud: emptyCloud() })
  const before = { ...process.env }
  Object.assign(process.env, program.environment)
  try {
    await work()
  } finally {
    process.env = before
    await program.close()
  }
}
