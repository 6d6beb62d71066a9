import { parse } from 'sql-parser-cst'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

import { statement } from '#infra/operate/bigquery/statements.ts'
import { KINDS, tableOf } from '#infra/operate/bigquery/tables.ts'
import { openTerraform, TERRAFORM_DIR } from '#infra/checks/terraform/terraform.ts'
import { planned } from '#tests/infra/checks/terraform/planned.ts'
import { longTest } from '#tests/support/effort.ts'
import { forDuckDb } from './lake.ts'

const PROJECT = 'example-activation-dev'

const namesOf = (kind: string) => ({
  lake: `${PROJECT}.activation_manager_lake.${kind}`,
  native: `${PROJECT}.activation_manager.${kind}_native`,
})

/** Throws what a parser of BigQuery's own grammar has against it. */
const parsed = (sql: string) => parse(sql, { dialect: 'bigquery' }).statements.map(({ type }) => type)

describe.each(KINDS)('statements of $name', (kind) => {
  const table = tableOf(kind)

  test('are SQL as BigQuery speaks it', async () => {
    expect(parsed(await statement('live', table, namesOf(kind.name)))).toEqual(['select_stmt'])
    expect(parsed(await statement('copy', table, namesOf(kind.name)))).toEqual(['merge_stmt'])
  })

  test('are changed for DuckDB in the quoting of names alone', async () => {
    for (const name of ['live', 'copy'] as const) {
      const sql = await statement(name, table, namesOf(kind.name))
      expect(forDuckDb(sql).replaceAll(/"([^"]+)"(\."[^"]+")*/g, (quoted) => `\`${quoted.replaceAll('"', '')}\``)).toBe(
        sql,
      )
    }
  })
})

test('every statement of terraform/sql is parsed, also the one that only a dashboard asks', async () => {
  const files = await readdir(join(TERRAFORM_DIR, 'sql'))
  expect(files.toSorted()).toEqual(['copy.sql', 'live.sql', 'returning_users.sql'])
  const weeks = await readFile(join(TERRAFORM_DIR, 'sql/returning_users.sql'), 'utf8')
  expect(parsed(weeks.replaceAll('${logs}', `${PROJECT}.global._Default._AllLogs`))).toEqual(['select_stmt'])
  expect(() => parsed('MERGE INTO `a.b.c` USING ON TRUE')).toThrow('Syntax Error')
})

longTest('Terraform ships these very statements', async (context) => {
  const terraform = await openTerraform()
  if (terraform === undefined) return context.skip('terraform is not installed here')
  onTestFinished(() => terraform.close())
  const resources = await planned(terraform, 'dev')
  const shipped = (type: string, sqlOf: (values: Record<string, unknown>) => string | undefined) =>
    new Map(
      resources
        .filter((resource) => resource.type === type && sqlOf(resource.values) !== undefined)
        .map(({ index, values }) => [index, sqlOf(values)]),
    )
  const views = shipped('google_bigquery_table', ({ view }) => (view as { query: string }[])[0]?.query)
  const copies = shipped('google_bigquery_data_transfer_config', ({ params }) => (params as { query: string }).query)
  const project = /^MERGE INTO `([^.]+)\./m.exec(copies.get('audiences')!)![1]!
  for (const kind of KINDS) {
    const names = {
      lake: `${project}.activation_manager_lake.${kind.name}`,
      native: `${project}.activation_manager.${kind.name}_native`,
    }
    expect(views.get(kind.name)).toBe(await statement('live', tableOf(kind), names))
    expect(copies.get(kind.name)).toBe(await statement('copy', tableOf(kind), names))
  }
})
