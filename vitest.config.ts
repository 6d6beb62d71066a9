import { defineConfig } from 'vitest/config'

/** Where `.ci/run` wants the counts, as vitest's JSON report. */
const report_path = process.env['TEST_REPORT']

/** For everything that a test waits for: no test fails because the machine is busy. */
const WAIT_MS_MAX = 60_000

export default defineConfig({
  test: {
    environment: 'node',
    include: ['tests/**/*.test.ts'],
    passWithNoTests: false,
    pool: 'forks',
    // Every day of the year is the same day.
    execArgv: [`--require=${import.meta.dirname}/tests/support/shifted-date.cjs`],
    // Processes that tests start find compiled what earlier ones compiled.
    env: { NODE_COMPILE_CACHE: `${import.meta.dirname}/node_modules/.cache/compiled` },
    // Tests start real processes: as many workers as the smallest machine that runs them has cores.
    maxWorkers: 2,
    testTimeout: 2 * WAIT_MS_MAX,
    hookTimeout: 2 * WAIT_MS_MAX,
    expect: { poll: { timeout: WAIT_MS_MAX, interval: 20 } },
    retry: 0,
    allowOnly: false,
    reporters: [
      'default',
      ['./tests/support/hang-reporter.ts', { silence_ms_max: 5 * WAIT_MS_MAX }],
      ...(report_path === undefined ? [] : [['json', { outputFile: report_path }] as ['json', object]]),
    ],
  },
})
