import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { CALLED_FUNCTIONS } from '#shared/contract/app-config.ts'
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '#shared/contract/functions.ts'
import { maintenanceRoutes } from '#shared/contract/maintenance.ts'
import type { SettingsTable } from '#shared/settings/settings.ts'
import { KINDS, tableOf } from '../../operate/bigquery/tables.ts'
import { PROJECT_ROOT } from '../../project-root.ts'
import type { GeneratedFile } from '../generated-file.ts'
import { emptyTable } from './empty-tables.ts'
import { FUNCTION_RESOURCES } from './function-resources.ts'
import { withVariablesTable } from './variables-table.ts'

/** The files of `terraform/` that follow from the code: the data it reads, and its README's table of variables. */
export async function terraformFiles(): Promise<readonly GeneratedFile[]> {
  const tables = KINDS.map((kind) => ({ kind, empty_object: emptyTable(kind) }))
  const tables_data = tables.map(({ kind, empty_object }) => [
    kind.name,
    { ...tableOf(kind), empty_object: empty_object.name },
  ])
  return [
    { path: 'terraform/functions.json', content: jsonText(await functionsData()) },
    { path: 'terraform/tables.json', content: jsonText(Object.fromEntries(tables_data)) },
    ...tables.map(({ kind, empty_object }) => ({
      path: `terraform/empty/${kind.name}.parquet`,
      content: empty_object.bytes,
    })),
    {
      path: 'terraform/README.md',
      content: withVariablesTable(await terraformText('README.md'), await terraformText('variables.tf')),
    },
  ]
}

function jsonText(data: unknown): string {
  return `${JSON.stringify(data, null, 2)}\n`
}

function terraformText(name: string): Promise<string> {
  return readFile(join(PROJECT_ROOT, 'terraform', name), 'utf8')
}

/** The functions of the contract, with the resources and settings that Terraform gives each. */
async function functionsData(): Promise<object> {
  const entries = await Promise.all(
    FUNCTION_NAMES.map(async (name) => {
      const settings = Object.keys(await settingsOf(name))
      const operator_routes = Object.values(maintenanceRoutes)
        .filter((route) => route.function === name)
        .map(({ path }) => path)
      const { path_prefixes } = FUNCTIONS[name]
      const called_by_app = CALLED_FUNCTIONS.some((called) => called === name)
      return [name, { path_prefixes, settings, operator_routes, called_by_app, ...FUNCTION_RESOURCES[name] }] as const
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
