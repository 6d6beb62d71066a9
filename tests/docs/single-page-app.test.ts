import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { DOCS } from './blocks.ts'
import { examplesOf, runExamples } from './examples.ts'
import { served } from './playing.ts'

test('the examples for the app run as they stand and print what the guide says', async () => {
  const { runtime } = await served()
  const examples = examplesOf(await readFile(join(DOCS, 'guides/single-page-app.md'), 'utf8'))
  expect(examples.length).toBeGreaterThan(5)
  const { printed, errors } = await runExamples(examples, { ORIGIN: runtime.url })
  expect(errors).toBe('')
  expect(printed).toEqual(examples.map((example) => example.printed))
})
