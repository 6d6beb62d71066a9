/**
 * `npm run restore -- (--object NAME | --user U [--kind K] [--month YYYY-MM] | --all) (--list | --generation G | --at TIME |
 * --new-epoch) [--record ID]… [--dry-run | --yes] [--data DIR]`; see README.md.
 *
 * Exit code 0: done, or there was nothing to do; 1: failed, nothing was changed; 2: some records or objects were left as
 * they are; 3: the difference was shown and not agreed to.
 */
import { createInterface } from 'node:readline/promises'

import { openTarget } from '#infra/operate/import/target.ts'
import { ImportFailure } from '#infra/operate/import/import-failure.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { SettingsError } from '#shared/settings/settings.ts'
import { StoreError } from '#shared/objects/object-store.ts'
import { readArguments } from './arguments.ts'
import { listText } from './list.ts'
import { selectObjects } from './objects.ts'
import { RestoreFailure } from './restore-failure.ts'
import { runRestore } from './run.ts'

/** Asks the person at the terminal; where there is none, nobody agrees. */
async function ask(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question('Restore? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

async function main(): Promise<number> {
  const { list, yes, data_dir, ...request } = readArguments(process.argv.slice(2))
  const clock = systemClock
  const read_only = list || request.dry_run
  const target = await openTarget({ command: 'restore', environment: process.env, data_dir, read_only, clock })
  const { store, history, cache_bytes_max } = target
  const print = (text: string): void => void process.stdout.write(text)
  try {
    if (list) {
      for (const object of await selectObjects(history, request.selection)) print(await listText(history, object))
      return 0
    }
    const confirm = yes ? async () => true : ask
    return await runRestore(request, { store, history, clock, random: systemRandom, cache_bytes_max, print, confirm })
  } finally {
    await target.close()
  }
}

// Who looks at the beginning of the output only (`| head`) does not end a restore in the middle.
process.stdout.on('error', () => undefined)

try {
  process.exitCode = await main()
} catch (error) {
  // What an operator can put right is said in a sentence; anything else is a fault and shown whole.
  const { code } = error as { code?: unknown }
  const is_plain =
    error instanceof RestoreFailure ||
    error instanceof ImportFailure ||
    error instanceof SettingsError ||
    error instanceof StoreError ||
    String(code).startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`${is_plain ? (error as Error).message : String((error as Error).stack)}\n`)
  process.exitCode = 1
}
