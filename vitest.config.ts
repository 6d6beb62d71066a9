import { defineConfig } from 'vitest/config'

/** Where `.ci/run` wants the counts, as vitest's JSON report. */
const report_path = process.env['TEST_REPORT']

export default defineConfig({
  test: {
    environment: 'node',
    include: ['tests/**/*.test.ts'],
    passWithNoTests: false,
    pool: 'forks',
    // Tests start real processes: as many workers as the smallest machine that runs them has cores.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    retry: 0,
    allowOnly: false,
    reporters: report_path === undefined ? ['default'] : ['default', ['json', { outputFile: report_path }]],
  },
})
