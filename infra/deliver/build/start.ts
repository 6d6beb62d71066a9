/** The image's entry: starts the one of its functions that FUNCTION_TARGET names, as this very process. */
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const functions_dir = join(import.meta.dirname, 'functions')
const target = process.env['FUNCTION_TARGET'] ?? ''
const path = join(functions_dir, target, 'index.cjs')

if (/^[a-z][a-z-]*$/.test(target) && existsSync(path)) {
  // A function serves when it is the file that node was started with.
  process.argv[1] = path
  createRequire(import.meta.url)(path)
} else {
  const names = readdirSync(functions_dir).toSorted().join(', ')
  process.stderr.write(`FUNCTION_TARGET must be one of ${names}, not '${target}'\n`)
  process.exit(1)
}
