import { cruise } from 'dependency-cruiser'
import type { ICruiseResult } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { longTest } from '#tests/support/effort.ts'

import { PROJECT_ROOT, plantRepository, runTool, sourceFiles } from './planted-repository.ts'
import type { PlantedRepository } from './planted-repository.ts'

import config from '../../dependency-cruiser.config.ts'

const FOLDERS = ['functions', 'shared', 'infra', 'tests']

/** For each rule, files that break it: path → the import that does. */
const VIOLATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'shared-base': { 'shared/base/up.ts': "import '#shared/records/one.ts'" },
  'shared-records': { 'shared/records/up.ts': "import '../contract/one.ts'" },
  'shared-contract': {
    'shared/contract/up.ts': "import '#shared/http/one.ts'",
    'shared/contract/aside.ts': "import '#shared/table/one.ts'",
  },
  'shared-http': {
    'shared/http/aside.ts': "import '#shared/client/one.ts'",
    'shared/http/aside-type.ts': "import type { one } from '#shared/client/one.ts'\nexport type Two = typeof one",
  },
  'shared-client': { 'shared/client/aside.ts': "export * from '#shared/http/one.ts'" },
  'shared-objects': { 'shared/objects/up.ts': "export { one } from '#shared/table/one.ts'" },
  'shared-parquet': { 'shared/parquet/aside.ts': "export type { one } from '#shared/objects/one.ts'" },
  'shared-logging': { 'shared/logging/up.ts': "import '#shared/settings/one.ts'" },
  'shared-settings': { 'shared/settings/up.ts': "import '#shared/http/one.ts'" },
  'shared-resources': { 'shared/resources/aside.ts': "import '#shared/credentials/one.ts'" },
  'shared-table': {
    'shared/table/aside.ts': "import '#shared/records/one.ts'",
    'shared/table/inside-a-method.ts':
      "export class Two {\n  async three() {\n    return () => import('#shared/http/one.ts')\n  }\n}",
  },
  'shared-credentials': { 'shared/credentials/aside.ts': "import '#shared/http/one.ts'" },
  'shared-ad-platforms': { 'shared/ad-platforms/aside.ts': "import '#shared/credentials/one.ts'" },
  'shared-unknown-folder': { 'shared/base/to-unknown.ts': "import '#shared/utils/one.ts'" },
  'shared-stands-alone': {
    'shared/base/to-functions.ts': "import '#functions/a/handler.ts'",
    'shared/table/to-infra.ts': "import '#infra/local/one.ts'",
    'shared/http/to-tests.ts': "import '../../tests/one.ts'",
  },
  'function-imports-function': { 'functions/a/other.ts': "import '#functions/b/handler.ts'" },
  'function-imports-tooling': {
    'functions/a/tooling.ts': "import '#infra/local/one.ts'",
    'functions/b/index.ts': "await import('#infra/local/one.ts')",
  },
  'function-imports-client': { 'functions/a/client.ts': "import '#shared/client/one.ts'" },
  'client-names-no-node': {
    'shared/client/node-module.ts': "import 'node:fs'",
    'shared/client/browser/node-module.ts': "import { join } from 'path'\nexport const two = join",
  },
  'client-adapters-apart': { 'shared/client/api/adapter.ts': "import '../browser/one.ts'" },
  'client-browser-and-node-apart': {
    'shared/client/browser/to-node.ts': "import '../node/one.ts'",
    'shared/client/node/to-browser.ts': "import '../browser/one.ts'",
  },
  'web-app': { 'functions/web/app/table.ts': "import '#shared/table/one.ts'" },
  'web-server': { 'functions/web/index.ts': "import '#shared/client/one.ts'" },
  'handler-names-no-adapter': {
    'functions/adapter/handler.ts': "import '#shared/objects/gcs-object-store.ts'",
    'functions/sdk/handler.ts': "import type { Storage } from '@google-cloud/storage'\nexport type S = Storage",
    'functions/helper/rows.ts': "import '#shared/credentials/cloud-kms.ts'",
    'functions/helper/context.ts': "import '#shared/resources/function-context.ts'",
  },
  'handler-reaches-no-sdk': { 'functions/reaching/handler.ts': "import './index.ts'" },
  'shared-http-auth': { 'shared/http/auth/up.ts': "import '../app.ts'" },
  'shared-http-request': { 'shared/http/request/aside.ts': "import '../response/one.ts'" },
  'shared-http-response': { 'shared/http/response/aside.ts': "import '#shared/http/request/one.ts'" },
  'shared-http-server': { 'shared/http/server/aside.ts': "import '../auth/one.ts'" },
  'shared-table-object': { 'shared/table/object/up.ts': "import '../read/one.ts'" },
  'shared-table-read': { 'shared/table/read/up.ts': "import '#shared/table/commit/one.ts'" },
  'shared-table-commit': { 'shared/table/commit/up.ts': "import '../table.ts'" },
  'shared-table-recovery': { 'shared/table/recovery/up.ts': "import '../table.ts'" },
  'infra-command': { 'infra/command/to-operate.ts': "import '../operate/import/one.ts'" },
  'infra-stand-ins': {
    'infra/stand-ins/gcs/to-table.ts': "import '#shared/table/one.ts'",
    'infra/stand-ins/gcs/to-functions.ts': "import '#functions/good/handler.ts'",
    'infra/stand-ins/gcs/to-local.ts': "import '../../local/one.ts'",
  },
  'infra-local': {
    'infra/local/to-operate.ts': "import '../operate/import/one.ts'",
    'infra/local/to-table.ts': "import '#shared/table/one.ts'",
  },
  'infra-operate': {
    'infra/operate/restore/to-local.ts': "import '#infra/local/one.ts'",
    'infra/operate/restore/to-functions.ts': "import '#functions/good/handler.ts'",
    'infra/operate/restore/to-deliver.ts': "import '../../deliver/rollout/one.ts'",
  },
  'infra-deliver': {
    'infra/deliver/rollout/to-local.ts': "import '../../local/one.ts'",
    'infra/deliver/rollout/to-checks.ts': "import '#infra/checks/delivery/one.ts'",
  },
  'infra-audiences': {
    'infra/audiences/to-operate.ts': "import '../operate/bigquery/one.ts'",
    'infra/audiences/to-table.ts': "import '#shared/table/one.ts'",
  },
  'infra-doctor': { 'infra/doctor/to-operate.ts': "import '../operate/bigquery/one.ts'" },
  'infra-rights': { 'infra/rights/to-bigquery.ts': "import '../operate/bigquery/one.ts'" },
  'infra-generate': { 'infra/generate/to-bigquery.ts': "import '../operate/bigquery/one.ts'" },
  'infra-checks': { 'infra/checks/terraform/to-shared.ts': "import '#shared/contract/one.ts'" },
  'infra-unknown-folder': { 'infra/utils/main.ts': "import '#shared/base/one.ts'" },
  'infra-common-files': { 'infra/up.ts': "import './local/one.ts'" },
  'command-imports-command': { 'infra/operate/restore/to-import.ts': "import '../import/one.ts'" },
  'delivery-imports-delivery': { 'infra/deliver/build/to-rollout.ts': "import '#infra/deliver/rollout/one.ts'" },
  'stand-in-imports-stand-in': { 'infra/stand-ins/kms/aside.ts': "import '../gcs/one.ts'" },
  'only-tests-import-tests': { 'infra/local/to-tests.ts': "import '#tests/one.ts'" },
  'only-home-parquet-library': {
    'shared/table/parquet.ts': "import 'hyparquet'",
    'infra/operate/import/parquet.ts': "import 'hyparquet-writer'",
    'tests/parquet.ts': "import 'hyparquet'",
  },
  'only-home-storage-sdk': { 'infra/local/storage.ts': "import '@google-cloud/storage'" },
  'only-home-bigquery-sdk': { 'infra/local/bigquery.ts': "import '@google-cloud/bigquery'" },
  'only-home-functions-framework': {
    'functions/a/index.ts': "import '@google-cloud/functions-framework'",
    'infra/local/testing.ts': "import '@google-cloud/functions-framework/testing'",
  },
  'only-home-aws-signature-library': { 'infra/local/s3.ts': "import 'aws4fetch'" },
  'only-home-token-library': {
    'functions/b/token.ts': "import 'jose'",
    'infra/operate/import/token.ts': "import 'jose'",
  },
  'deployed-code-imports-dev-dependency': { 'shared/parquet/duck.ts': "import '@duckdb/node-api'" },
  'no-cycles': { 'shared/table/cycle-a.ts': "import './cycle-b.ts'\nexport type Two = number" },
  resolvable: { 'shared/table/missing.ts': "import '#shared/base/missing.ts'" },
}

/** Rules about packages that are not installed yet; each leaves this list with its package's arrival. */
const UNPLANTABLE: readonly string[] = ['only-home-kms-sdk']

const ALLOWED: Readonly<Record<string, string>> = {
  'shared/base/one.ts': 'export const one = 1',
  'shared/utils/one.ts': '',
  'shared/settings/one.ts': '',
  'shared/records/one.ts': "import '../base/one.ts'",
  'shared/contract/one.ts': "import '#shared/records/one.ts'\nimport '#shared/base/one.ts'",
  'shared/http/one.ts': "import '#shared/contract/one.ts'\nimport 'jose'\nimport '@google-cloud/functions-framework'",
  'shared/client/one.ts': "import '#shared/contract/one.ts'\nexport const one = 1",
  'shared/client/browser/one.ts': "import '../one.ts'",
  'shared/client/node/one.ts': "import 'node:fs'\nimport '../memory/one.ts'",
  'shared/client/memory/one.ts': "import '../one.ts'",
  'shared/objects/one.ts': "import '#shared/base/one.ts'\nexport const one = 1",
  'shared/objects/object-store.ts': '',
  'shared/objects/gcs-object-store.ts': "import './object-store.ts'\nimport '@google-cloud/storage'",
  'shared/parquet/one.ts': "import '#shared/base/one.ts'\nimport 'hyparquet'\nimport 'hyparquet-writer'",
  'shared/table/one.ts': "import '#shared/objects/one.ts'\nimport '#shared/parquet/one.ts'\nexport const one = 1",
  // The other half of the planted cycle; a cycle is reported at one of its ends.
  'shared/table/cycle-b.ts': "import type { Two } from './cycle-a.ts'\nexport type Three = Two",
  'shared/credentials/one.ts': '',
  'shared/credentials/key-wrapper.ts': '',
  'shared/credentials/cloud-kms.ts': "import './key-wrapper.ts'",
  'functions/good/handler.ts':
    "import '#shared/table/one.ts'\nimport '#shared/http/one.ts'\nimport type {} from '#shared/objects/object-store.ts'",
  'functions/good/index.ts': "import './handler.ts'\nimport '#shared/objects/gcs-object-store.ts'",
  'functions/reaching/index.ts': "import '#shared/objects/gcs-object-store.ts'",
  'functions/b/handler.ts': '',
  'functions/web/app/main.ts': "import '#shared/client/one.ts'\nimport '#shared/records/one.ts'",
  'functions/web/handler.ts': "import '#shared/http/one.ts'",
  'shared/http/app.ts': "import './auth/one.ts'\nimport './server/one.ts'",
  'shared/http/call.ts': '',
  'shared/http/auth/one.ts': "import '../call.ts'",
  'shared/http/request/one.ts': '',
  'shared/http/response/one.ts': '',
  'shared/http/server/one.ts': "import '../request/one.ts'\nimport '../response/one.ts'",
  'shared/table/table.ts': "import './commit/one.ts'\nimport './read/one.ts'",
  'shared/table/events.ts': '',
  'shared/table/object/one.ts': "import '../events.ts'\nimport '#shared/parquet/one.ts'",
  'shared/table/read/one.ts': "import '../object/one.ts'",
  'shared/table/commit/one.ts': "import '../read/one.ts'\nimport '../object/one.ts'",
  'shared/table/recovery/one.ts': "import '../commit/one.ts'\nimport '../events.ts'",
  'shared/credentials/vault.ts': '',
  'shared/resources/function-context.ts': '',
  'infra/command/one.ts': "import '#shared/settings/one.ts'",
  'infra/common.ts': "import '#shared/base/one.ts'",
  'infra/stand-ins/kit/one.ts': "import '#shared/base/one.ts'\nimport '../../common.ts'",
  'infra/stand-ins/gcs/one.ts': "import '../kit/one.ts'",
  'infra/stand-ins/issuer/one.ts': "import 'jose'",
  'infra/local/one.ts': "import '#functions/good/index.ts'\nimport '../stand-ins/gcs/one.ts'",
  'infra/local/user-hash-salt.ts': '',
  'infra/operate/import/one.ts':
    "import '../../local/user-hash-salt.ts'\nimport '#infra/stand-ins/gcs/one.ts'\nimport '#infra/command/one.ts'",
  'infra/operate/open-bucket.ts': '',
  'infra/operate/bigquery/one.ts': "import '@google-cloud/bigquery'\nimport '../open-bucket.ts'",
  'infra/operate/bigquery/tables.ts': "import '#shared/records/one.ts'",
  'infra/deliver/rollout/one.ts': "import '#shared/contract/one.ts'",
  'infra/generate/one.ts': "import '../operate/bigquery/tables.ts'\nimport '#functions/good/index.ts'",
  'infra/checks/delivery/one.ts': "import '../../deliver/rollout/one.ts'\nimport '#infra/generate/one.ts'",
  'tests/one.ts': "import '#infra/local/one.ts'\nimport '@google-cloud/storage'",
}

async function cruiseIn(root: string): Promise<ICruiseResult> {
  const { output } = await cruise(FOLDERS, { ...config.options, validate: true, ruleSet: config, baseDir: root })
  if (typeof output === 'string') throw new Error(output)
  return output
}

describe('direction of imports', () => {
  const planted_files = Object.entries(VIOLATIONS).flatMap(([rule, files]) =>
    Object.entries(files).map(([path, code]) => ({ rule, path, code })),
  )
  let planted: PlantedRepository
  let violations: { rule: string; path: string }[]

  beforeAll(async () => {
    planted = await plantRepository({
      ...ALLOWED,
      'functions/a/handler.ts': '',
      ...Object.fromEntries(planted_files.map(({ path, code }) => [path, code])),
    })
    const { summary } = await cruiseIn(planted.root)
    violations = summary.violations.map(({ rule, from }) => ({ rule: rule.name, path: from }))
  })
  afterAll(() => planted.remove())

  it.each(planted_files)('$rule refuses $path', ({ rule, path }) => {
    expect(violations).toContainEqual({ rule, path })
  })

  it.each(Object.keys(ALLOWED))('nothing refuses %s', (path) => {
    expect(violations.filter((violation) => violation.path === path)).toEqual([])
  })

  it('has no rule without a planted violation', () => {
    const rules = config.forbidden?.map(({ name }) => name)
    expect(rules?.toSorted()).toEqual([...Object.keys(VIOLATIONS), ...UNPLANTABLE].toSorted())
  })

  longTest('makes the command fail', async () => {
    const args = ['--config', 'dependency-cruiser.config.ts', ...FOLDERS]
    const run = await runTool('dependency-cruiser/bin/dependency-cruiser.mjs', args, planted.root)
    expect(run.exit_code).toBeGreaterThan(0)
    expect(run.output).toContain('shared-stands-alone')
  })

  longTest('looks at every source file of the project', async () => {
    const { modules } = await cruiseIn(PROJECT_ROOT)
    const sources = await sourceFiles()
    expect(sources.length).toBeGreaterThan(10)
    expect(modules.map(({ source }) => source)).toEqual(expect.arrayContaining(sources))
  })
})
