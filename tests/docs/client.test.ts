import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { DOCS } from './blocks.ts'
import { examplesOf, runExamples } from './examples.ts'
import { served } from './playing.ts'

test('the examples of the client run in Node as they stand and print what the guide says', async () => {
  const { runtime } = await served()
  const folder = await mkdtemp(join(tmpdir(), 'client-guide-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const examples = examplesOf(await readFile(join(DOCS, 'guides/client.md'), 'utf8'))
  expect(examples.length).toBeGreaterThan(3)
  const { printed, errors } = await runExamples(examples, { ORIGIN: runtime.url, FOLDER: folder })
  expect(errors).toBe('')
  expect(printed).toEqual(examples.map((example) => example.printed))
})
