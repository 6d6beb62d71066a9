import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { AUDIENCES_COMMAND } from '#infra/audiences/command.ts'
import { CHECK_DEPLOY_COMMAND } from '#infra/checks/delivery/command.ts'
import { CHECK_COMMAND } from '#infra/checks/static/command.ts'
import { CHECK_INFRA_COMMAND } from '#infra/checks/terraform/command.ts'
import { helpText } from '#infra/command/help.ts'
import { parseCommand } from '#infra/command/parse.ts'
import type { CommandSpec } from '#infra/command/spec.ts'
import { BUILD_APP_COMMAND } from '#infra/deliver/build/app/command.ts'
import { BUILD_COMMAND } from '#infra/deliver/build/command.ts'
import { DEPLOY_COMMAND } from '#infra/deliver/rollout/command.ts'
import { SBOM_COMMAND } from '#infra/deliver/sbom/command.ts'
import { GENERATE_COMMAND } from '#infra/generate/command.ts'
import { START_COMMAND } from '#infra/local/command.ts'
import { BIGQUERY_LOAD_COMMAND } from '#infra/operate/bigquery/command.ts'
import { DOCTOR_COMMAND } from '#infra/doctor/command.ts'
import { FLAGS_COMMAND } from '#infra/operate/flags/command.ts'
import { IMPORT_COMMAND } from '#infra/operate/import/command.ts'
import { MAINTENANCE_COMMAND } from '#infra/operate/maintenance/command.ts'
import { RESTORE_COMMAND } from '#infra/operate/restore/command.ts'
import { USER_HASH_COMMAND } from '#infra/operate/user-hash/command.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { BENCH_COMMAND } from '#tests/bench/command.ts'
import { LONG_COMMAND } from '#tests/long/command.ts'
import { MUTATION_COMMAND } from '#tests/mutations/command.ts'
import { TEST_GCS_COMMAND } from '#tests/objects/command.ts'
import { SIMULATE_COMMAND } from '#tests/simulation/command.ts'
import { SOAK_COMMAND } from '#tests/soak/command.ts'
import { someOf } from '#tests/support/effort.ts'
import { SHOTS_COMMAND } from '#tests/web/browser/shots/command.ts'

const COMMANDS: readonly CommandSpec[] = [
  START_COMMAND,
  BUILD_COMMAND,
  BUILD_APP_COMMAND,
  SBOM_COMMAND,
  DEPLOY_COMMAND,
  GENERATE_COMMAND,
  CHECK_COMMAND,
  CHECK_INFRA_COMMAND,
  CHECK_DEPLOY_COMMAND,
  IMPORT_COMMAND,
  RESTORE_COMMAND,
  MAINTENANCE_COMMAND,
  FLAGS_COMMAND,
  USER_HASH_COMMAND,
  AUDIENCES_COMMAND,
  DOCTOR_COMMAND,
  BIGQUERY_LOAD_COMMAND,
  BENCH_COMMAND,
  SIMULATE_COMMAND,
  SOAK_COMMAND,
  TEST_GCS_COMMAND,
  LONG_COMMAND,
  MUTATION_COMMAND,
  SHOTS_COMMAND,
]

const { scripts } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
/** Main files of the scripts that are TypeScript programs of the project, by how a script is typed. */
const PROGRAMS = new Map(
  Object.entries(scripts).flatMap(([script, command]) => {
    const main = /^node (?:--\S+ )*(\S+\.ts)\b/.exec(command)?.[1]
    // `npm run dev` is `npm start` that restarts.
    return main === undefined || script === 'dev'
      ? []
      : [[script === 'start' ? 'npm start' : `npm run ${script}`, main] as const]
  }),
)

test('every program of package.json describes its command line, and nothing is appended to one', () => {
  expect(COMMANDS.map(({ program }) => program).toSorted()).toEqual([...PROGRAMS.keys()].toSorted())
  for (const [program, main] of PROGRAMS) {
    const source = readFileSync(join(PROJECT_ROOT, main), 'utf8')
    expect(source, `${program} runs by its description`).toMatch(/^await runCommand\(\w+_COMMAND, /m)
    expect(existsSync(join(PROJECT_ROOT, dirname(main), 'command.ts')), `${program} has a command.ts`).toBe(true)
    expect(scripts[program.replace(/^npm (run )?/, '')]).not.toMatch(/&&|;/)
  }
})

describe.each(COMMANDS.map((spec) => [spec.program, spec] as const))('%s', (_, spec) => {
  test('--help shows usage and examples', () => {
    expect(parseCommand(spec, ['--help'])).toEqual({ kind: 'help' })
    expect(helpText(spec)).toMatch(/^Usage: .*\n\nOptions:\n.*\n\nExit codes:\n.*\n\nExamples:\n {2}\S/s)
  })

  test('its examples are command lines that it takes', () => {
    expect(spec.examples.length).toBeGreaterThan(0)
    for (const { line } of spec.examples) {
      const own = line.split(' && ').at(-1)!
      expect(own === spec.program || own.startsWith(`${spec.program} -- `), `example ${line}`).toBe(true)
      const args = own
        .slice(spec.program.length)
        .replace(/^ -- /, '')
        .split(' ')
        .filter((arg) => arg !== '')
      expect(parseCommand(spec, args), `example ${line}`).toMatchObject({ kind: 'input' })
    }
  })

  test('a misspelt flag is refused with the nearest right one', () => {
    for (const name of [...Object.keys(spec.options), 'help']) {
      const misspelt = `${name}${name.at(-1)}`
      expect(() => parseCommand(spec, [`--${misspelt}`])).toThrow(
        expect.objectContaining({
          message: `Unknown option --${misspelt}. Did you mean --${name}?`,
          exit_code: 2,
        }) as Error,
      )
    }
  })

  const required = Object.entries(spec.options).filter(([, { required: is_required }]) => is_required)
  if (required.length === 0) return
  test('a missing required option is refused by name', () => {
    expect(() => parseCommand(spec, [])).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(new RegExp(`^--${required[0]![0]} is required`)) as string,
        exit_code: 2,
      }) as Error,
    )
  })
})

/** A process each; the others differ from these in their descriptions only, as the first test shows. */
const STARTED = ['npm run generate', 'npm run deploy']
test.each(someOf(STARTED, (program) => program === 'npm run deploy'))('%s as a process', async (program) => {
  const run = (...args: string[]) =>
    new Promise<{ code: number | string; out: string; err: string }>((resolve) => {
      const main = join(PROJECT_ROOT, PROGRAMS.get(program)!)
      execFile(process.execPath, [main, ...args], (error, out, err) => resolve({ code: error?.code ?? 0, out, err }))
    })
  const [help, misspelt] = await Promise.all([run('--help'), run('--hepl')])
  expect(help).toMatchObject({ code: 0, out: expect.stringContaining('\nExamples:\n') as string, err: '' })
  const usage = `Unknown option --hepl. Did you mean --help?\nUsage: ${program} -- `
  expect(misspelt).toMatchObject({ code: 2, out: '', err: expect.stringContaining(usage) as string })
})
