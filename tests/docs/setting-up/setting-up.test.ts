import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { globSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'

import { reportText } from '#infra/doctor/report.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { listen } from '#shared/http/server/serve.ts'
import { AT, examine, healthy, service, type StandIn } from '#tests/infra/doctor/stand-in.ts'
import { ROOT, Shell } from '../typing.ts'
import { type Account, call, type Done } from './account.ts'
import { readPage, type Step } from './page.ts'
import { longTest } from '#tests/support/effort.ts'

const SETTINGS = {
  ENVIRONMENT: 'dev',
  REGION: 'europe-west1',
  PROJECT: 'acme-activation-dev',
  STATE_PROJECT: 'acme-activation-dev',
  STATE_BUCKET: 'acme-terraform-state',
  BILLING_ACCOUNT: '012345-6789AB-CDEF01',
}

/** Stands before the real programs on the PATH, and hands each call to this process. */
const PROGRAM = `#!/usr/bin/env bash
data=(--data-urlencode "arg=$(basename "$0")")
for arg in "$@"; do data+=(--data-urlencode "arg=$arg"); done
curl -sS --fail-with-body "$STAND_IN" "\${data[@]}"
`
const PROGRAMS = ['gcloud', 'terraform', 'git', 'npm']

longTest(
  'the commands of the page lead from an empty account to an environment in which doctor finds nothing, in this order',
  async () => {
    const { settings, steps } = await readPage()
    const set = Array.from(settings.matchAll(/\b([A-Z_]+)=/g), ([, name]) => name!)
    expect(set.toSorted()).toEqual(Object.keys(SETTINGS).toSorted())

    const { account, shell } = await emptyAccount()
    const printed = new Map<number, string>()
    for (const { number, blocks } of steps) {
      for (const block of blocks) printed.set(number, await shell.type(block))
    }
    expect([...printed.keys()]).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14])
    expect(printed.get(6)).toMatch(/0 problems, 0 could not be asked/)
    expect(printed.get(13)).toMatch(/ok +save[^]*ok +rollback[^]*0 problems, 0 could not be asked/)
    expect(account.done).toContain('rolled back' satisfies Done)
  },
)

test('a step that is left out is missed by a later one', async () => {
  const { steps } = await readPage()
  // Some steps are for part of the readers, or only look.
  const needed = steps.filter(({ number, blocks }) => blocks.length > 0 && ![8, 10, 13, 14].includes(number))
  for (const left_out of needed) {
    const account = { done: new Set<Done>(), doctor: doctorOf }
    const others = steps.filter((step) => step !== left_out)
    await expect(readThrough(account, others), `without step ${left_out.number}`).rejects.toThrow(
      /comes before|PROBLEM|could not be asked/,
    )
  }
})

test('every step tells its time, its cost and the way back, and steps are numbered without a gap', async () => {
  const { steps } = await readPage()
  expect(steps.map(({ number }) => number)).toEqual(steps.map((_, at) => at + 1))
  for (const { number, price } of steps) {
    const [time = '', cost = '', undo = ''] = price.split(' · ')
    expect([number, time]).toEqual([number, expect.stringMatching(/minute|hour/)])
    expect([number, cost]).toEqual([number, expect.stringMatching(/free|cents|cost|\$/)])
    expect([number, undo]).toEqual([number, expect.stringMatching(/^undo:\s\S/)])
  }
})

test('doctor sends its reader to steps that are about the matter', async () => {
  const { steps } = await readPage()
  const sources = globSync('infra/doctor/**/*.ts', { cwd: ROOT }).map((path) => readFileSync(join(ROOT, path), 'utf8'))
  const named = sources.flatMap((source) =>
    Array.from(
      source.matchAll(/'step (\d+) of \S+setting-up\.md (\w+)/g),
      ([, number, verb = '']) => `${verb}: ${steps[Number(number) - 1]?.title ?? 'no such step'}`,
    ),
  )
  expect(named.toSorted()).toEqual([
    "creates: The bucket of Terraform's state",
    'raises: Raise an alert',
    'rehearses: Go back once',
  ])
})

async function emptyAccount(): Promise<{ account: Account; shell: Shell }> {
  const account = { done: new Set<Done>(), doctor: doctorOf }
  const folder = await mkdtemp(join(tmpdir(), 'setting-up-'))
  const server = createServer((request, response) => {
    const answer = async () => call(account, new URLSearchParams(await text(request)).getAll('arg'))
    answer().then(
      (printed) => response.end(printed),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  const { port } = await listen(server, 0, '127.0.0.1')
  const bin = join(folder, 'bin')
  await mkdir(bin)
  for (const name of PROGRAMS) {
    await writeFile(join(bin, name), PROGRAM)
    await chmod(join(bin, name), 0o755)
  }
  // What git archives is removed again.
  await writeFile(join(folder, 'release.tar.gz'), '')
  const shell = new Shell(folder, {
    ...SETTINGS,
    HOME: folder,
    PATH: [bin, process.env['PATH']].join(delimiter),
    STAND_IN: `http://127.0.0.1:${port}`,
  })
  onTestFinished(async () => {
    await shell.end()
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { account, shell }
}

/** As the shell does, without one: each line of the blocks is one command. */
async function readThrough(account: Account, steps: readonly Step[]): Promise<void> {
  for (const line of steps.flatMap(({ blocks }) => blocks.join('').replaceAll('\\\n', '').split('\n'))) {
    const filled = line
      .replace('$(git rev-parse HEAD)', '1a2b3c')
      .replaceAll(/\$([A-Z_]+)/g, (_, name: string) => valueOf(name))
    const args = Array.from(filled.matchAll(/(?:[^\s"]|"[^"]*")+/g), ([word]) => word.replaceAll('"', ''))
    if (PROGRAMS.includes(args[0] ?? '')) await call(account, args)
  }
}

function valueOf(name: string): string {
  return (SETTINGS as Readonly<Record<string, string>>)[name] ?? ''
}

/** Doctor on a healthy project, without what was not done yet. */
async function doctorOf(done: ReadonlySet<Done>, { when, save }: { when: string; save: boolean }): Promise<string> {
  const stand_in = healthy()
  for (const [need, undo] of UNDONE) if (!done.has(need)) undo(stand_in)
  if (!save) stand_in.save = undefined
  const lines = (await examine(stand_in)).filter((line) => when === 'both' || line.when === when)
  return reportText({ env: 'dev', project: SETTINGS.PROJECT, region: SETTINGS.REGION }, lines)
}

const failed = { exit_code: 1, stdout: '', stderr: 'none' }
const UNDONE: readonly (readonly [Done, (stand_in: StandIn) => void])[] = [
  ['signed in', ({ programs }) => programs.set('gcloud auth list', { exit_code: 0, stdout: '', stderr: '' })],
  ['default credentials', ({ programs }) => programs.set('gcloud auth application-default', failed)],
  ['project', ({ answers }) => answers.delete(AT.project)],
  ['billing', ({ answers }) => answers.set(AT.billing, {})],
  ['first services', ({ answers }) => answers.set(AT.services, {})],
  ['state bucket', ({ answers }) => answers.delete(AT.state)],
  ['state keeps versions', ({ answers }) => answers.set(AT.state, {})],
  [
    'delivered',
    ({ answers }) => {
      const template = { containers: [{ image: 'us-docker.pkg.dev/cloudrun/container/hello' }] }
      answers.set(AT.run, { services: FUNCTION_NAMES.map((name) => service(name, { template })) })
    },
  ],
  ['applied', ({ answers }) => answers.set(AT.run, {})],
  ['alert', ({ answers }) => answers.set(AT.alerts, {})],
  ['rolled back', ({ answers }) => answers.set(AT.log, {})],
]
