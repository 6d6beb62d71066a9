import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { DOCS } from './blocks.ts'

const FOLDER = join(DOCS, 'decisions')
const FORM =
  /^# (?<number>\d+)\. (?<title>.+)\n\n- Status: (?<status>accepted|superseded by \d+)\n- Date: (?<date>20\d\d-[01]\d-[0-3]\d)\n\n\*\*Context\.\*\* [^]+\n\n\*\*Decision\.\*\* [^]+\n\n\*\*Consequences\.\*\* /

test('every decision has the same form, with status and date, and stands in the index', async () => {
  const records = (await readdir(FOLDER)).filter((name) => /^\d/.test(name)).toSorted()
  expect(records.length).toBeGreaterThan(17)
  const index = await readFile(join(FOLDER, 'README.md'), 'utf8')
  const rows = index.split('\n').filter((line) => /^\| \[\d+\]/.test(line))
  const wanted: string[] = []
  for (const [at, name] of records.entries()) {
    const { groups } = FORM.exec(await readFile(join(FOLDER, name), 'utf8')) ?? {}
    if (groups === undefined) throw new Error(`${name} does not have the form of a decision`)
    const { number, title, status, date } = groups
    expect([name, Number(number)]).toEqual([name, at + 1])
    expect(name).toMatch(new RegExp(`^${String(number).padStart(4, '0')}-[a-z0-9-]+\\.md$`))
    wanted.push(`| [${number}](${name}) | ${title} | ${status} | ${date} |`)
  }
  expect(rows).toEqual(wanted)
})
