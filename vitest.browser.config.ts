import { defineConfig } from 'vitest/config'

/**
 * What only a real browser shows: `npm run test:browser`, never `npm test`. It needs Chromium, and fails without one.
 */
const report_path = process.env['TEST_REPORT']

export default defineConfig({
  test: {
    environment: 'node',
    include: ['tests/**/*.browser.ts'],
    passWithNoTests: false,
    pool: 'forks',
    // Each file has a browser of its own.
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    retry: 0,
    allowOnly: false,
    reporters: [
      'default',
      ...(report_path === undefined ? [] : [['json', { outputFile: report_path }] as ['json', object]]),
    ],
  },
})
