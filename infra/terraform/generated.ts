import { readFile, writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'

import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '#shared/contract/functions.ts'
import { maintenanceRoutes } from '#shared/contract/maintenance.ts'
import type { SettingsTable } from '#shared/http/settings.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import type { ColumnType } from '#shared/records/columns.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { NEEDS } from './needs.ts'
import { TERRAFORM_DIR } from './terraform.ts'
import { withVariablesTable } from './variables-table.ts'

/**
 * The files of `terraform/` that are made of the code: committed, and made anew by `npm run terraform:data`.
 * @returns those that are not up to date, by name, as they should be
 */
export async function staleFiles(): Promise<Readonly<Record<string, string>>> {
  const stale: Record<string, string> = {}
  const data = {
    'functions.json': await functionsData(),
    'tables.json': Object.fromEntries(
      [AUDIENCES, PLATFORMS, DISTRIBUTIONS].map((kind) => [kind.name, tableData(kind)]),
    ),
  }
  for (const [name, wanted] of Object.entries(data)) {
    // The formatter may have laid it out otherwise.
    const is = JSON.parse(await terraformFile(name).catch(() => 'null')) as unknown
    if (!isDeepStrictEqual(is, wanted)) stale[name] = `${JSON.stringify(wanted, null, 2)}\n`
  }
  const readme = await terraformFile('README.md')
  const wanted = withVariablesTable(readme, await terraformFile('variables.tf'))
  if (readme !== wanted) stale['README.md'] = wanted
  return stale
}

/** @returns names of the files that were not up to date */
export async function writeGenerated(): Promise<string[]> {
  const stale = await staleFiles()
  for (const [name, text] of Object.entries(stale)) await writeFile(join(TERRAFORM_DIR, name), text)
  return Object.keys(stale)
}

function terraformFile(name: string): Promise<string> {
  return readFile(join(TERRAFORM_DIR, name), 'utf8')
}

/** The one list of functions, with what Terraform has to know of each. */
async function functionsData(): Promise<object> {
  const entries = await Promise.all(
    FUNCTION_NAMES.map(async (name) => {
      const settings = Object.keys(await settingsOf(name))
      const operator_routes = Object.values(maintenanceRoutes)
        .filter((route) => route.function === name)
        .map(({ path }) => path)
      return [
        name,
        { path_prefixes: FUNCTIONS[name].path_prefixes, settings, operator_routes, ...NEEDS[name] },
      ] as const
    }),
  )
  return Object.fromEntries(entries)
}

/** The settings that a function reads, as its `index.ts` exports them: `audiencesSettings`. */
export async function settingsOf(name: FunctionName): Promise<SettingsTable> {
  const module = (await import(`#functions/${name}/index.ts`)) as Readonly<Record<string, unknown>>
  const settings = module[`${name}Settings`]
  if (typeof settings !== 'object') throw new Error(`functions/${name}/index.ts exports no ${name}Settings`)
  return settings as SettingsTable
}

const BIGQUERY_TYPES: Readonly<Record<ColumnType, { type: string; mode: 'NULLABLE' | 'REPEATED' }>> = {
  string: { type: 'STRING', mode: 'NULLABLE' },
  int64: { type: 'INT64', mode: 'NULLABLE' },
  double: { type: 'FLOAT64', mode: 'NULLABLE' },
  boolean: { type: 'BOOL', mode: 'NULLABLE' },
  timestamp: { type: 'TIMESTAMP', mode: 'NULLABLE' },
  string_list: { type: 'STRING', mode: 'REPEATED' },
  json: { type: 'JSON', mode: 'NULLABLE' },
}

/** A table of BigQuery over the objects of one kind of record; what is never shown is no column of it. */
function tableData({ id_column, partitioned_by, columns, hidden_columns }: RecordKind): object {
  const shown = columns.filter(({ name }) => !hidden_columns.includes(name))
  return {
    id_column,
    partition_keys: partitioned_by === 'user' ? '{user_id:STRING}' : '{user_id:STRING}/{year:INTEGER}/{month:STRING}',
    columns: shown.map(({ name, type }) => ({ name, ...BIGQUERY_TYPES[type] })),
  }
}
