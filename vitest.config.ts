import { matchesGlob, relative } from 'node:path'

import { defineConfig, type Plugin } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Where `.ci/run` wants the counts, as vitest's JSON report. */
const report_path = process.env['TEST_REPORT']

/** Of `npm run test:mutation`: the one change that this run makes to a source, never on disk. */
const changed_source = process.env['CHANGED_SOURCE']

function changing(json: string): Plugin {
  const { file, from, to } = JSON.parse(json) as { file: string; from: string; to: string }
  return {
    name: 'changed-source',
    enforce: 'pre',
    transform: (code, id) => (id.endsWith(`/${file}`) ? code.replace(from, () => to) : undefined),
  }
}

/** For everything that a test waits for: no test fails because the machine is busy. */
const WAIT_MS_MAX = 60_000

/** Tests that start processes, bundle, compute for seconds or attack: `npm run test:fast` leaves them out, with those of `LONG`. */
const SLOW = [
  'tests/{attack,docs,house,simulation}/**/*.test.ts',
  'tests/client/file-storage.test.ts',
  'tests/infra/{checks,command,deliver,generate,local,operate}/**/*.test.ts',
  'tests/objects/cloud-storage.test.ts',
]

/** Tests that change their own process, or look at all of it. All other files of a worker share one process. */
const ISOLATED = [
  'tests/credentials/secrecy.test.ts',
  'tests/functions/platforms/secrecy.test.ts',
  'tests/http/process.test.ts',
  'tests/infra/deliver/rollout/gcloud.test.ts',
  'tests/infra/local/logs.test.ts',
  'tests/objects/gcs-object-store.test.ts',
]

/**
 * Files of which `npm test` runs nothing: whole programs typed as their users do, tools that `npm run check` also runs
 * on the project itself, and what takes seconds while a smaller test of the same code runs in `npm test`.
 * `npm run test:long` runs them, and so does CI.
 */
export const LONG = [
  'tests/ad-platforms/limits.test.ts',
  'tests/attack/{injection,isolation}.test.ts',
  'tests/bench/**/*.test.ts',
  'tests/client/store/processes.test.ts',
  'tests/docs/setting-up/*.test.ts',
  'tests/docs/{audiences-as-code,client,guides,runbooks,single-page-app,sync,tour}.test.ts',
  'tests/faults/*.test.ts',
  'tests/functions/audiences/{batch,concurrency,corrupt-objects,duckdb,exporting,idempotency,insights,large-answers}.test.ts',
  'tests/functions/audiences/{processes,sorting,store-faults,tags}.test.ts',
  'tests/functions/distributions/{exporting,listing,reporting}.test.ts',
  'tests/functions/history/hidden.test.ts',
  'tests/functions/maintenance/{dispatch,integrity,metrics,retention}.test.ts',
  'tests/functions/platforms/{bundle,secrecy,testing}.test.ts',
  'tests/functions/sync/{full-months,hostile-pushes,large-pulls,processes}.test.ts',
  'tests/functions/usage.test.ts',
  'tests/functions/web/{config,releases}.test.ts',
  'tests/house/{ci,contract,dead-code,format,imports,lint,renamed-field,typecheck}.test.ts',
  'tests/http/{process,refused-bodies}.test.ts',
  'tests/infra/audiences/{applying,processes}.test.ts',
  'tests/infra/checks/terraform/{apply,changed,check,metrics,order,plan,promql}.test.ts',
  'tests/infra/command/programs.test.ts',
  'tests/infra/deliver/{build,sbom}/*.test.ts',
  'tests/infra/deliver/rollout/{cloudbuild,command,gcloud,image,interrupted,rollback,rollout,smoke-flags,smoke-sync,writers}.test.ts',
  'tests/infra/doctor/{faults,program}.test.ts',
  'tests/infra/local/{app,logs,runtime}.test.ts',
  'tests/infra/operate/bigquery/{copy,live,load}.test.ts',
  'tests/infra/operate/import/{command,csv-dialects,exports,formats,numbers,odd-csv-files,old-layout,parquet,platforms,repeat}.test.ts',
  'tests/infra/operate/{maintenance,user-hash}/*.test.ts',
  'tests/infra/operate/restore/{kinds,past}.test.ts',
  'tests/infra/rights/*.test.ts',
  'tests/infra/stand-ins/gcs/{client-retries,disk-full,folder,kill}.test.ts',
  'tests/infra/stand-ins/gcs/semantics/*.test.ts',
  'tests/infra/stand-ins/{issuer,kms}/*.test.ts',
  'tests/objects/main.test.ts',
  'tests/simulation/coverage.test.ts',
  'tests/simulation/rare/*.test.ts',
  'tests/support/hang-reporter.test.ts',
]
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = { long: [], fast: [...LONG, ...SLOW, ...ISOLATED] }
const left_out = LEFT_OUT[process.env['TEST_EFFORT'] ?? ''] ?? LONG

/** A project has processes of its own, each of which loads all code again: so there are two, in the order in which they run. */
const project = (name: string, include: string[], exclude: string[], isolate: boolean) => ({
  extends: true as const,
  test: { name, include, exclude: ['**/node_modules/**', ...exclude, ...left_out], isolate },
})
const projects = [project('isolated', ISOLATED, [], true), project('together', ['tests/**/*.test.ts'], ISOLATED, false)]

/** The short files last, so that all workers end together. */
class ShortFilesLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId, project: { name } }: TestSpecification) => {
      const path = relative(import.meta.dirname, moduleId)
      if (name === 'isolated') return 0
      return [...LONG, ...SLOW].some((pattern) => matchesGlob(path, pattern)) ? 1 : 2
    }
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}

export default defineConfig({
  plugins: changed_source === undefined ? [] : [changing(changed_source)],
  test: {
    // What a run with a changed source has transformed is of no other.
    fsModuleCache: changed_source === undefined,
    environment: 'node',
    projects,
    sequence: { sequencer: ShortFilesLast },
    passWithNoTests: false,
    pool: 'forks',
    // Every day of the year is the same day.
    execArgv: [`--require=${import.meta.dirname}/tests/support/shifted-date.cjs`],
    // Processes that tests start find compiled what earlier ones compiled.
    env: { NODE_COMPILE_CACHE: `${import.meta.dirname}/node_modules/.cache/compiled` },
    // One more than the smallest machine that runs them has cores: tests also wait.
    maxWorkers: 3,
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
