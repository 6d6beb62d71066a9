import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { PROJECT_ROOT } from './planted-repository.ts'

interface Scenario {
  title: string
  /** What `npm run lint` does: the step before vitest. */
  lint?: string
  /** What stands in for vitest: the report it writes, and the code it ends with. */
  report?: object
  vitest_exit_code?: number
  /** Packages of package.json that the lockfile does not know. */
  dependencies?: Record<string, string>
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

// Each clone here has `npm ci`, one step before vitest, the bundles and their bills of materials, infrastructure, delivery,
// and an audit that no registry answers.
const SCENARIOS: readonly Scenario[] = [
  {
    title: 'counts each test and each other check, and names what was skipped',
    report: report(3, 0, 1),
    last_line: '9 passed, 0 failed, 2 skipped',
    exit_code: 0,
  },
  {
    title: 'shows a failure when the test command dies before vitest',
    lint: 'exit 1',
    last_line: '5 passed, 1 failed, 2 skipped',
    exit_code: 1,
  },
  {
    title: 'counts failing tests',
    report: report(3, 2),
    vitest_exit_code: 1,
    last_line: '9 passed, 2 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'counts a test file that does not load, though none of its tests failed',
    report: report(3, 0, 0, [{ name: 'a.test.ts', status: 'failed', message: 'no', assertionResults: [] }]),
    vitest_exit_code: 1,
    last_line: '9 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'counts an error outside any test',
    report: report(3, 0),
    vitest_exit_code: 1,
    last_line: '9 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'fails when vitest leaves no report',
    last_line: '6 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'fails when no test ran',
    report: report(0, 0),
    last_line: '6 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'fails when the bundles do not build',
    report: report(3, 0),
    build: 'exit 1',
    last_line: '8 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'says so where there is no terraform',
    report: report(3, 0),
    infra: 'exit 3',
    last_line: '8 passed, 0 failed, 2 skipped',
    exit_code: 0,
  },
  {
    title: 'fails when the infrastructure does',
    report: report(3, 0),
    infra: 'exit 1',
    last_line: '8 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'counts each check of the delivery',
    report: report(3, 0),
    deploy: "echo 'ok: a'; echo 'SKIPPED: b'; echo 'FAILED: c'; exit 1",
    last_line: '9 passed, 1 failed, 2 skipped',
    exit_code: 1,
  },
  {
    title: 'fails when the delivery fails without a word',
    report: report(3, 0),
    deploy: 'exit 1',
    last_line: '8 passed, 1 failed, 1 skipped',
    exit_code: 1,
  },
  {
    title: 'fails when the lockfile does not fit',
    dependencies: { unlocked: '1.0.0' },
    last_line: '0 passed, 1 failed',
    exit_code: 1,
  },
]

async function cloneWith(scenario: Scenario): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'ci-'))
  const name = 'clone'
  const version = '1.0.0'
  const scripts = {
    test: 'npm run lint && npm run test:unit',
    lint: scenario.lint ?? 'exit 0',
    'test:unit': 'node vitest.cjs',
    build: scenario.build ?? 'exit 0',
    sbom: 'exit 0',
    'check:infra': scenario.infra ?? 'exit 0',
    'check:deploy': scenario.deploy ?? "echo 'ok: scripts'",
  }
  const write_report =
    scenario.report === undefined
      ? ''
      : `require('fs').writeFileSync(process.env.TEST_REPORT, ${JSON.stringify(JSON.stringify(scenario.report))})\n`
  await mkdir(join(root, '.ci'))
  await cp(join(PROJECT_ROOT, '.ci/run'), join(root, '.ci/run'))
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
  await writeFile(join(root, 'vitest.cjs'), `${write_report}process.exit(${scenario.vitest_exit_code ?? 0})\n`)
  return root
}

function runCi(root: string): Promise<{ exit_code: number; lines: string[] }> {
  return new Promise((resolve, reject) => {
    // From another folder, and with a registry where nobody answers.
    const env = { ...process.env, npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' }
    execFile(join(root, '.ci/run'), { cwd: tmpdir(), env }, (error, stdout) => {
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
