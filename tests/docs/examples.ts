import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

import { ROOT } from './typing.ts'

const END_OF_BLOCK = '-- end of block --'

/** An example of a guide, and what the guide says that it prints. */
export interface Example {
  readonly code: string
  readonly printed: string
}

export function examplesOf(guide: string): Example[] {
  const found = guide.matchAll(/```js\n([^]*?)```(?:\n\n?```text\n([^]*?)```)?/g)
  return Array.from(found, ([, code = '', printed = '']) => ({ code, printed }))
}

/**
 * Runs examples that go on from each other, as one module, with an `ORIGIN` and an `idToken()` before them.
 * @returns what each printed, and what was said of errors
 */
export async function runExamples(
  examples: readonly Example[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly printed: readonly string[]; readonly errors: string }> {
  const prelude = `
    const { ORIGIN, FOLDER } = process.env
    async function idToken() {
      const response = await fetch(ORIGIN + '/local/token', { method: 'POST', body: '{"user_id": "demo_user"}' })
      return (await response.json()).id_token
    }
  `
  const blocks = examples.map(({ code }) => `${code}\nconsole.log('${END_OF_BLOCK}')`)
  const child = spawn(process.execPath, ['--input-type=module', '-'], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: 'pipe',
  })
  child.stdin.end([prelude, ...blocks].join('\n'))
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { printed: out.split(`${END_OF_BLOCK}\n`).slice(0, -1), errors }
}
