import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { plantRepository, PROJECT_ROOT, runTool, sourceFiles, type PlantedRepository } from './planted-repository.ts'

/** A field of each kind, renamed in the file of the kind alone, and the files that use it on rows or records. */
const RENAMED = [
  {
    kind: 'shared/records/audience.ts',
    field: 'total_audience_size',
    users: ['shared/records/distribution-source.ts', 'functions/insights/counters.ts'],
  },
  {
    kind: 'shared/records/audience.ts',
    field: 'data_type',
    users: ['functions/audiences/filter.ts', 'functions/insights/counters.ts'],
  },
  {
    kind: 'shared/records/audience.ts',
    field: 'segments',
    users: ['functions/maintenance/jobs/refresh.ts', 'infra/operate/import/kinds/audiences.ts'],
  },
  {
    kind: 'shared/records/platform.ts',
    field: 'last_sync_at',
    users: ['functions/distributions/handler.ts'],
  },
  {
    kind: 'shared/records/platform.ts',
    field: 'last_test',
    users: ['functions/platforms/connection-test.ts', 'functions/platforms/secrets.ts'],
  },
  {
    kind: 'shared/records/platform.ts',
    field: 'platform_id',
    users: ['functions/platforms/secrets.ts', 'functions/maintenance/jobs/reencrypt.ts'],
  },
  {
    kind: 'shared/records/distribution.ts',
    field: 'platform_id',
    users: [
      'shared/resources/distribution-listing.ts',
      'functions/distributions/handler.ts',
      'functions/insights/counters.ts',
      'functions/maintenance/jobs/dispatch-summary.ts',
      'functions/maintenance/jobs/integrity.ts',
      'functions/maintenance/jobs/purge.ts',
    ],
  },
  {
    kind: 'shared/records/distribution.ts',
    field: 'scheduled_at',
    users: [
      'shared/records/distribution-decisions.ts',
      'functions/maintenance/jobs/dispatch-summary.ts',
      'functions/maintenance/jobs/retention.ts',
    ],
  },
  {
    kind: 'shared/records/distribution.ts',
    field: 'error_details',
    users: ['shared/records/distribution-decisions.ts', 'functions/distributions/handler.ts'],
  },
]

describe('a field that is renamed', () => {
  let planted: PlantedRepository
  let output: string
  beforeAll(async () => {
    const paths = (await sourceFiles()).filter((path) => /^(shared|functions|infra)\//.test(path))
    const files = await Promise.all(paths.map(async (path) => [path, await sourceOf(path)] as const))
    planted = await plantRepository(Object.fromEntries(files))
    ;({ output } = await runTool('typescript/bin/tsc', ['--pretty', 'false'], planted.root))
  }, 60_000)
  afterAll(() => planted.remove())

  it.each(RENAMED.flatMap(({ field, users }) => users.map((path) => ({ field, path }))))(
    '$field, does not compile in $path',
    ({ field, path }) => {
      const errors = output.split('\n').filter((line) => line.startsWith(`${path}(`))
      expect(errors).toContainEqual(expect.stringContaining(field))
    },
  )
})

/** The file, with the fields that its kind renames called otherwise. */
async function sourceOf(path: string): Promise<string> {
  const source = await readFile(join(PROJECT_ROOT, path), 'utf8')
  return RENAMED.filter(({ kind }) => kind === path).reduce(
    (text, { field }) => text.replaceAll(new RegExp(`\\b${field}\\b`, 'g'), `renamed_${field}`),
    source,
  )
}
