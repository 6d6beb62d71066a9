import { spawnSync } from 'node:child_process'
import { glob, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { longTest } from '#tests/support/effort.ts'

import { blocksOf, DOCS } from './blocks.ts'
import { stage } from './playing.ts'
import { ROOT } from './typing.ts'

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

/** A section of a document, by its heading. */
function sectionOf(text: string, heading: string): string {
  return text.split(/^## /m).find((section) => section.startsWith(`${heading}\n`)) ?? ''
}

async function runbooks(): Promise<{ runbook: string; text: string }[]> {
  const names = (await guides()).filter((name) => name.startsWith('runbooks/') && !name.endsWith('README.md'))
  return Promise.all(names.map(async (runbook) => ({ runbook, text: await textOf(runbook) })))
}

test('the first five minutes of every runbook need no checkout, have a command, and begin with where it is typed', async () => {
  for (const { runbook, text } of await runbooks()) {
    const section = sectionOf(text, 'First five minutes')
    const commands = Array.from(section.matchAll(/```sh\n([^]*?)```/g), ([, typed]) => typed).join('')
    expect({ runbook, commands }).toMatchObject({ commands: expect.stringMatching(/gcloud|curl/) as string })
    expect({ runbook, needs: /\bnpm |\bnode |terraform |(?<!\S)infra\//.exec(commands)?.[0] }).toEqual({ runbook })
    expect({ runbook, begins: section.split('\n')[1] }).toMatchObject({
      begins: expect.stringContaining('](README.md#the-first-five-minutes)') as string,
    })
  }
})

test('a runbook says how to be the operator before it does anything as the operator', async () => {
  for (const { runbook, text } of await runbooks()) {
    const block = /```sh\n(?:(?!```)[^])*npm run /.exec(text)
    if (block === null) continue
    const said_at = text.indexOf('](README.md#as-the-operator)')
    expect({ runbook, is_said_before: said_at !== -1 && said_at < block.index }).toEqual({
      runbook,
      is_said_before: true,
    })
  }
  expect(sectionOf(await textOf('runbooks/README.md'), 'As the operator')).toMatch(
    /--impersonate-service-account[^]*application-default revoke/,
  )
})

test('a runbook that stops the writers starts them again', async () => {
  for (const { runbook, text } of await runbooks()) {
    const [stops, starts] = [/writers\.sh"?\)? stop /, /writers\.sh"?\)? start /].map((word) => word.test(text))
    expect({ runbook, starts }).toEqual({ runbook, starts: stops })
    expect({ runbook, leaves: /--ingress internal|jobs pause/.exec(text)?.[0] }).toEqual({ runbook })
  }
})

test('the page on destroying an environment names all that refuses to be destroyed', async () => {
  const text = await textOf('guides/destroying.md')
  const refusing: string[] = []
  for await (const path of glob('terraform/*.tf', { cwd: ROOT })) {
    const blocks = (await readFile(join(ROOT, path), 'utf8')).split(/^resource /m)
    for (const block of blocks.filter((one) => one.includes('prevent_destroy = true'))) {
      const [, type, name] = /^"(\w+)" "(\w+)"/.exec(block)!
      refusing.push(`${type}.${name}`)
    }
  }
  const forgotten = /state rm ((?:.*\\\n)*.*)$/m.exec(text)![1]!.split(/[\s\\]+/)
  expect(forgotten.toSorted()).toEqual(refusing.toSorted())
})

test('every block of commands, also those for the cloud alone, is sound shell', async () => {
  const all = await guides()
  const typed = await Promise.all(
    all.map(async (guide) => (await blocksOf(guide)).map(({ commands }) => `: ${guide}\n${commands}`)),
  )
  // Each by itself, so that no block closes what the one before it left open.
  const check = 'for block; do bash -n -c "$block" || echo "in: $block"; done'
  const { stdout, stderr } = spawnSync('bash', ['-c', check, 'bash', ...typed.flat()], { encoding: 'utf8' })
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' })
})

longTest('the commands of the operating calendar run', async () => {
  const { play } = await stage()
  const [weekly, monthly, quarterly] = await play('guides/operating-calendar.md')
  expect(weekly).toMatch(/integrity on[^]*findings +0\n[^]*metrics on/)
  expect(monthly).toMatch(/Dry run of retention[^]*Dry run of purge/)
  expect(quarterly).toContain('Dry run of reencrypt')
})
