import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

import { DOCS } from './blocks.ts'
import { stage } from './playing.ts'

const END_OF_BLOCK = '-- end of block --'

test('the examples for the app run as they stand and print what the guide says', async () => {
  const { runtime } = await stage()
  const guide = await readFile(join(DOCS, 'guides/single-page-app.md'), 'utf8')
  const blocks = Array.from(
    guide.matchAll(/```js\n([^]*?)```(?:\n```text\n([^]*?)```)?/g),
    ([, code, printed = '']) => ({
      // Blocks go on from each other's functions and results, but may define the same names again.
      code: `${code}\nconsole.log('${END_OF_BLOCK}')`,
      printed,
    }),
  )
  expect(blocks.length).toBeGreaterThan(5)
  const prelude = `
    const ORIGIN = process.env.ORIGIN
    async function idToken() {
      const response = await fetch(ORIGIN + '/local/token', { method: 'POST', body: '{"user_id": "demo_user"}' })
      return (await response.json()).id_token
    }
  `
  const module = [prelude, ...blocks.map(({ code }) => code)].join('\n')
  const environment = { ...process.env, ORIGIN: runtime.url }
  const child = spawn(process.execPath, ['--input-type=module', '-'], { env: environment, stdio: 'pipe' })
  child.stdin.end(module)
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  expect(err).toBe('')
  const printed = out.split(`${END_OF_BLOCK}\n`)
  expect(printed.slice(0, -1)).toEqual(blocks.map((block) => block.printed))
})
