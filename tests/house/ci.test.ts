import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { PROJECT_ROOT } from './planted-repository.ts'

interface Scenario {
  title: string
  /** What `npm run check` prints and ends with: the step before vitest. */
  check?: string
  /** What stands in for vitest: the report it writes, and the code it ends with. */
  report?: object
  vitest_exit_code?: number
  /** The report of `npm run test:long`; by default two tests that passed. */
  long_report?: object
  /** The report of `npm run test:browser`; by default one test that passed. */
  browser_report?: object
  /** Packages of package.json that the lockfile does not know. */
  dependencies?: Record<string, string>
  mutation?: string
  build?: string
  infra?: string
  deploy?: string
  last_line: string
  exit_code: number
}

const report = (passed: number, failed: number, pending = 0, files: readonly object[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: 0,
  testResults: files,
})

// Each clone here has `npm ci`, one static check, two long tests, one in a browser, small wrong changes, the compiler's
// types, the bundles and their bills of materials, infrastructure, delivery, and an audit that no registry answers: eleven
// that pass and one that is skipped.
const SCENARIOS: readonly Scenario[] = [
  {
    title: 'counts each test and each other check, and names what was skipped',
    report: report(3, 0, 1),
    last_line: '14 passed, 0 failed, 2 skipped',
    exit_code: 0,
  },
  {
    title: 'shows a failure when the test command ends before vitest',
    check: "echo 'FAILED: lint (0.1 s)'; exit 1",
    last_line: '10 passed, 1 failed, 2 skipped',
    exit_code: 1,
  },
  {
    title: 'counts failing tests',
    report: report(3, 2),
    vitest_exit_code: 1,
    last_line: '14 passed, 2 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'counts a test file that does not load, though none of its tests failed',
    report: report(3, 0, 0, [{ name: 'a.test.ts', status: 'failed', message: 'no', assertionResults: [] }]),
    vitest_exit_code: 1,
    last_line: '14 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'counts an error outside any test',
    report: report(3, 0),
    vitest_exit_code: 1,
    last_line: '14 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'fails when vitest leaves no report',
    last_line: '11 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'fails when no test ran',
    report: report(0, 0),
    last_line: '11 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'counts failing long tests',
    report: report(3, 0),
    long_report: report(1, 1),
    last_line: '13 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'fails where there is no browser',
    report: report(3, 0),
    browser_report: report(0, 0, 0, [
      { name: 'a.browser.ts', status: 'failed', message: 'There is no Chromium', assertionResults: [] },
    ]),
    last_line: '13 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'fails when a small wrong change goes unnoticed',
    report: report(3, 0),
    mutation: 'exit 1',
    last_line: '13 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'fails when the bundles do not build',
    report: report(3, 0),
    build: 'exit 1',
    last_line: '13 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'says so where there is no terraform',
    report: report(3, 0),
    infra: 'exit 3',
    last_line: '13 passed, 0 failed, 2 skipped',
    exit_code: 0,
  },
  {
    title: 'fails when the infrastructure does',
    report: report(3, 0),
    infra: 'exit 1',
    last_line: '13 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'counts each check of the delivery',
    report: report(3, 0),
    deploy: "echo 'ok: a'; echo 'SKIPPED: b'; echo 'FAILED: c'; exit 1",
    last_line: '14 passed, 1 failed, 2 skipped',
    exit_code: 1,
  },
  {
    title: 'fails when the delivery fails without a word',
    report: report(3, 0),
    deploy: 'exit 1',
    last_line: '13 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'fails when the lockfile does not fit',
    dependencies: { unlocked: '1.0.0' },
    last_line: '0 passed, 1 failed',
    exit_code: 1,
  },
]

/** A program that writes `contents` as vitest does its report, and ends. */
function reporting(contents: object | undefined, exit_code = 0): string {
  const text = JSON.stringify(JSON.stringify(contents))
  const write = contents === undefined ? '' : `require('fs').writeFileSync(process.env.TEST_REPORT, ${text})\n`
  return `${write}process.exit(${exit_code})\n`
}

async function cloneWith(scenario: Scenario): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'ci-'))
  const name = 'clone'
  const version = '1.0.0'
  const scripts = {
    test: 'npm run --silent check && npm run --silent test:unit',
    check: scenario.check ?? "echo 'ok: lint (0.1 s)'",
    'test:unit': 'node vitest.cjs',
    'test:long': 'node vitest-long.cjs',
    'test:browser': 'node vitest-browser.cjs',
    'test:mutation': scenario.mutation ?? 'exit 0',
    typecheck: 'exit 0',
    build: scenario.build ?? 'exit 0',
    sbom: 'exit 0',
    soak: 'exit 0',
    'check:infra': scenario.infra ?? 'exit 0',
    'check:deploy': scenario.deploy ?? "echo 'ok: scripts'",
  }
  await mkdir(join(root, '.ci'))
  for (const script of ['run', 'nightly']) await cp(join(PROJECT_ROOT, '.ci', script), join(root, '.ci', script))
  // Something to audit that needs no download: a package for other machines only.
  const optionalDependencies = { elsewhere: '1.0.0' }
  const dependencies = scenario.dependencies ?? {}
  const packages = {
    '': { name, version, optionalDependencies },
    'node_modules/elsewhere': { version: '1.0.0', optional: true, os: ['aix'] },
  }
  const manifest = { name, version, private: true, scripts, dependencies, optionalDependencies }
  await writeFile(join(root, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(root, 'package-lock.json'), JSON.stringify({ name, version, lockfileVersion: 3, packages }))
  await writeFile(join(root, 'vitest.cjs'), reporting(scenario.report, scenario.vitest_exit_code))
  await writeFile(join(root, 'vitest-long.cjs'), reporting(scenario.long_report ?? report(2, 0)))
  await writeFile(join(root, 'vitest-browser.cjs'), reporting(scenario.browser_report ?? report(1, 0)))
  return root
}

function runCi(root: string, script = 'run'): Promise<{ exit_code: number; lines: string[] }> {
  return new Promise((resolve, reject) => {
    // From another folder, with a registry where nobody answers, and tools that need not be installed.
    const env = {
      ...process.env,
      CHROMIUM: 'chromium',
      PROMTOOL: 'promtool',
      // What stands in for vitest writes one, wherever it was started.
      TEST_REPORT: join(root, 'report.json'),
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_fetch_retries: '0',
    }
    execFile(join(root, '.ci', script), { cwd: tmpdir(), env }, (error, stdout) => {
      const exit_code = error === null ? 0 : error.code
      if (typeof exit_code === 'number') resolve({ exit_code, lines: stdout.trimEnd().split('\n') })
      else reject(new Error('.ci/run did not run', { cause: error }))
    })
  })
}

describe('.ci/run', () => {
  it.concurrent.each(SCENARIOS)('$title', async (scenario) => {
    const root = await cloneWith(scenario)
    try {
      const { exit_code, lines } = await runCi(root)
      expect(lines.at(-1)).toBe(scenario.last_line)
      expect(exit_code).toBe(scenario.exit_code)
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  })
})

describe('.ci/nightly', () => {
  it.concurrent.each([
    { title: 'says that everything passed', mutation: 'exit 0', tail: ['everything passed'], exit_code: 0 },
    {
      title: 'goes on after a failure, and names what failed',
      mutation: 'exit 1',
      tail: ['== npm run --silent soak -- --minutes 60', 'FAILED: npm run --silent test:mutation'],
      exit_code: 1,
    },
  ])('$title', async ({ mutation, tail, exit_code }) => {
    const root = await cloneWith({ title: '', mutation, last_line: '', exit_code })
    try {
      const ended = await runCi(root, 'nightly')
      expect(ended.lines.slice(-tail.length)).toEqual(tail)
      expect(ended.exit_code).toBe(exit_code)
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  })
})
