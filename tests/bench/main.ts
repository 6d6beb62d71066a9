/**
 * `npm run bench` runs every benchmark, `npm run bench -- NAME [ARGUMENTS]` one of them. They print ratios measured side by
 * side in one run; they assert nothing about time.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const BENCHMARKS = ['row-groups', 'lone-save', 'audiences', 'distributions', 'edge', 'framework', 'cold-start', 'load']

const [name, ...parameters] = process.argv.slice(2)
if (name !== undefined && !BENCHMARKS.includes(name)) {
  throw new Error(`there is no benchmark ${name}; there are ${BENCHMARKS.join(', ')}`)
}
for (const benchmark of name === undefined ? BENCHMARKS : [name]) {
  console.log(`\n== ${benchmark}`)
  const file = join(import.meta.dirname, `${benchmark}.ts`)
  const child = spawn(process.execPath, [file, ...parameters], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) process.exitCode = 1
}
