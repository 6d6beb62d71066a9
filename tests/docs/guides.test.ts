import { spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { longTest } from '#tests/support/effort.ts'

import { blocksOf, DOCS } from './blocks.ts'
import { stage } from './playing.ts'

const SECTIONS = ['Symptom', 'What users see', 'First five minutes', 'Put it right', 'Verify', 'Afterwards']

async function guides(): Promise<string[]> {
  const names = await readdir(DOCS, { recursive: true })
  return names.filter((name) => name.endsWith('.md')).toSorted()
}

const textOf = (guide: string): Promise<string> => readFile(join(DOCS, guide), 'utf8')

test('every runbook has the same sections in the same order, and the index links it', async () => {
  const index = await textOf('runbooks/README.md')
  const runbooks = (await guides()).filter((name) => name.startsWith('runbooks/') && !name.endsWith('README.md'))
  expect(runbooks.length).toBeGreaterThan(8)
  for (const runbook of runbooks) {
    const headings = Array.from((await textOf(runbook)).matchAll(/^## (.+)$/gm), ([, heading]) => heading)
    expect([runbook, ...headings]).toEqual([runbook, ...SECTIONS])
    expect(index).toContain(`](${runbook.replace('runbooks/', '')})`)
  }
})

test('every block of commands, also those for the cloud alone, is sound shell', async () => {
  for (const guide of await guides()) {
    for (const { commands } of await blocksOf(guide)) {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: commands, encoding: 'utf8' })
      expect({ guide, commands, status, stderr }).toMatchObject({ status: 0, stderr: '' })
    }
  }
})

longTest('the commands of the operating calendar run', async () => {
  const { play } = await stage()
  const [weekly, monthly, quarterly] = await play('guides/operating-calendar.md')
  expect(weekly).toMatch(/integrity on[^]*findings +0\n[^]*metrics on/)
  expect(monthly).toMatch(/Dry run of retention[^]*Dry run of purge/)
  expect(quarterly).toContain('Dry run of reencrypt')
})
