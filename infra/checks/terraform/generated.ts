import { readFile, writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'

import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '#shared/contract/functions.ts'
import { maintenanceRoutes } from '#shared/contract/maintenance.ts'
import type { SettingsTable } from '#shared/settings/settings.ts'
import { KINDS, tableOf } from '../../operate/bigquery/tables.ts'
import { emptyTable } from './empty-tables.ts'
import { NEEDS } from './function-resources.ts'
import { TERRAFORM_DIR } from './terraform.ts'
import { withVariablesTable } from './variables-table.ts'

/**
 * The files of `terraform/` that are made of the code: committed, and made anew by `npm run terraform:data`.
 * @returns those that are not up to date, by name, as they should be
 */
export async function staleFiles(): Promise<Readonly<Record<string, string | Uint8Array>>> {
  const stale: Record<string, string | Uint8Array> = {}
  const data = {
    'functions.json': await functionsData(),
    'tables.json': Object.fromEntries(
      KINDS.map((kind) => [kind.name, { ...tableOf(kind), empty_object: emptyTable(kind).name }]),
    ),
  }
  for (const [name, wanted] of Object.entries(data)) {
    // The formatter may have laid it out otherwise.
    const is = JSON.parse(await terraformFile(name).catch(() => 'null')) as unknown
    if (!isDeepStrictEqual(is, wanted)) stale[name] = `${JSON.stringify(wanted, null, 2)}\n`
  }
  for (const kind of KINDS) {
    const name = `empty/${kind.name}.parquet`
    const { bytes } = emptyTable(kind)
    const is = await readFile(join(TERRAFORM_DIR, name)).catch(() => undefined)
    if (is === undefined || Buffer.compare(is, bytes) !== 0) stale[name] = bytes
  }
  const readme = await terraformFile('README.md')
  const wanted = withVariablesTable(readme, await terraformFile('variables.tf'))
  if (readme !== wanted) stale['README.md'] = wanted
  return stale
}

/** @returns names of the files that were not up to date */
export async function writeGenerated(): Promise<string[]> {
  const stale = await staleFiles()
  for (const [name, content] of Object.entries(stale)) await writeFile(join(TERRAFORM_DIR, name), content)
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
