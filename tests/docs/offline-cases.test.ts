import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { DOCS } from './blocks.ts'
import { ROOT } from './typing.ts'

test('each case names a test that exists', async () => {
  const page = await readFile(join(DOCS, 'offline-cases.md'), 'utf8')
  const rows = Array.from(page.matchAll(/^\| [^|]+ \| `(tests\/[^`]+)` \| ([^|]+) \|$/gm), ([, file, title]) => ({
    file: file!,
    title: title!,
  }))
  expect(rows.length).toBeGreaterThan(25)
  const missing: string[] = []
  for (const { file, title } of rows) {
    const source = await readFile(join(ROOT, file), 'utf8')
    if (!source.includes(`'${title}'`)) missing.push(`${file}: ${title}`)
  }
  expect(missing).toEqual([])
})
