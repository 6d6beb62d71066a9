import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

/** Where `.ci/run` wants the counts, as vitest's JSON report. */
const report_path = process.env['TEST_REPORT']

/** For everything that a test waits for: no test fails because the machine is busy. */
const WAIT_MS_MAX = 60_000

/**
 * Tests that start processes or bundle, that compute for seconds, or that look at their own process as a whole. Each of
 * these files has a process of its own; `npm run test:fast` leaves them out. All others share one per worker.
 */
const SLOW = [
  'tests/{attack,bench,docs,faults,house,simulation}/**/*.test.ts',
  'tests/credentials/secrecy.test.ts',
  'tests/functions/audiences/{concurrency,processes,store-faults}.test.ts',
  'tests/functions/platforms/{bundle,secrecy}.test.ts',
  'tests/http/process.test.ts',
  'tests/infra/{checks,deliver,generate,local,operate}/**/*.test.ts',
  'tests/infra/stand-ins/gcs/{disk-full,kill,client-retries}.test.ts',
  'tests/objects/{main,gcs-object-store,cloud-storage}.test.ts',
]

/**
 * Files of which `npm test` runs nothing: whole programs typed as their users do, and tools that `npm run check` also
 * runs on the project itself. `npm run test:long` runs them, and so does CI.
 */
export const LONG = [
  'tests/docs/{runbooks,tour}.test.ts',
  'tests/faults/{clock-steps,disk-full,endings,network}.test.ts',
  'tests/functions/platforms/bundle.test.ts',
  'tests/house/{ci,dead-code,format,typecheck}.test.ts',
  'tests/infra/checks/terraform/changed.test.ts',
  'tests/infra/deliver/build/*.test.ts',
  'tests/infra/deliver/rollout/{command,gcloud,rollback}.test.ts',
  'tests/infra/operate/bigquery/{copy,live}.test.ts',
  'tests/objects/main.test.ts',
]
const left_out = process.env['TEST_EFFORT'] === 'long' ? [] : LONG

const projects: TestProjectInlineConfiguration[] = [
  { extends: true, test: { name: 'slow', include: SLOW, exclude: left_out, isolate: true } },
  {
    extends: true,
    test: { name: 'fast', include: ['tests/**/*.test.ts'], exclude: [...SLOW, ...left_out], isolate: false },
  },
]

export default defineConfig({
  test: {
    environment: 'node',
    projects,
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
