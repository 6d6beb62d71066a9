import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { TableData } from './tables.ts'

const SQL_DIR = join(import.meta.dirname, '../../../terraform/sql')

/** Full names of tables, `project.dataset.table`. */
export interface TableNames {
  /** The objects: the external table, or the table that they were loaded into. */
  readonly lake: string
  readonly native: string
}

/** A statement of `terraform/sql`, filled as Terraform fills it. */
export async function statement(name: 'live' | 'copy', { statement }: TableData, names: TableNames): Promise<string> {
  const values: Readonly<Record<string, string>> = { ...statement, ...names }
  const template = await readFile(join(SQL_DIR, `${name}.sql`), 'utf8')
  return template.replaceAll(/\$\{(\w+)\}/g, (_, key: string) => {
    const value = values[key]
    if (value === undefined) throw new Error(`${name}.sql needs ${key}`)
    return value
  })
}
