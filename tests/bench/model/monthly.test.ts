import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { firstLimits } from './fleet.ts'
import { billOf, costTables, monthOf } from './monthly.ts'

const page = await readFile(join(PROJECT_ROOT, 'infra/docs/cost-and-scale.md'), 'utf8')

describe('the page of cost and scale', () => {
  test.each([...costTables()])('has the table %s as the model counts it', (name, table) => {
    const [, shown] = new RegExp(`<!-- model: ${name} -->\\n\\n?([^]*?)\\n?<!-- /model -->`).exec(page) ?? []
    expect(shown).toBe(table)
  })

  test('tells what breaks first in the order in which it breaks, and at how many users', () => {
    const told = Array.from(page.matchAll(/^\d\. \*\*([\d ]+) users?: ([^.]+)\.\*\*/gm), ([, users = '', what]) => ({
      users: Number(users.replaceAll(' ', '')),
      what,
    }))
    expect(told.length).toBeGreaterThanOrEqual(3)
    const counted = firstLimits().slice(0, told.length)
    for (const [at, { users }] of told.entries()) {
      expect(Math.abs(users / counted[at]!.users - 1), `limit ${at + 1} of the page`).toBeLessThan(0.05)
    }
  })
})

test('requests grow as their users do, and every item of the bill with them', () => {
  expect(monthOf(100_000).requests / monthOf(1000).requests).toBeCloseTo(100)
  const [few, many] = [billOf(1000), billOf(100_000)]
  for (const [item, dollars] of many) expect(dollars, `dollars of ${item}`).toBeGreaterThanOrEqual(few.get(item)!)
})

test('polls of a thousand users cost what the model of polling says', () => {
  expect(billOf(1000).get('Cloud Storage: LISTs of polls')).toBeCloseTo(16.6, 1)
})
