/**
 * `npm run import -- --from DIR|FILE [--user U] [--data DIR] [--dry-run|--verify] [--encryption-key KEY]`; see
 * README.md.
 *
 * Progress goes to standard error, the report to standard output. Exit code 0: all is in; 2: some rows or files were
 * refused; 1: failed, or (with --verify) something is missing or different.
 */
import { parseArgs } from 'node:util'

import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { SettingsError } from '#shared/settings/settings.ts'
import { ImportFailure } from './import-failure.ts'
import { streamProgress } from './progress.ts'
import { reportText } from './report-text.ts'
import type { Mode } from './mode.ts'
import { runImport, storeReport, type ImportTools } from './run.ts'
import { openTarget } from './target.ts'

const USAGE = 'npm run import -- --from DIR|FILE [--user U] [--data DIR] [--dry-run|--verify] [--encryption-key KEY]'

interface Arguments {
  readonly from: string
  readonly user_id: string | undefined
  readonly data_dir: string | undefined
  readonly mode: Mode
  readonly encryption_key: string | undefined
}

function readArguments(): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        from: { type: 'string' },
        user: { type: 'string' },
        data: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        verify: { type: 'boolean', default: false },
        'encryption-key': { type: 'string' },
      },
    })
    if (values.from === undefined || values.from === '') throw new ImportFailure('Say what to import: --from DIR|FILE')
    if (values['dry-run'] && values.verify) throw new ImportFailure('Say one: --dry-run or --verify')
    const mode = values['dry-run'] ? 'dry-run' : values.verify ? 'verify' : 'import'
    const encryption_key = values['encryption-key'] || process.env['ENCRYPTION_KEY'] || undefined
    return { from: values.from, user_id: values.user, data_dir: values.data, mode, encryption_key }
  } catch (error) {
    if (error instanceof ImportFailure) throw new ImportFailure(`${error.message}\n${USAGE}`)
    throw error instanceof TypeError ? new ImportFailure(`${error.message}\n${USAGE}`, { cause: error }) : error
  }
}

async function main(): Promise<number> {
  const { from, user_id, data_dir, mode, encryption_key } = readArguments()
  const clock = systemClock
  const progress = streamProgress(process.stderr, clock)
  const target = await openTarget({
    command: 'import',
    environment: process.env,
    data_dir,
    read_only: mode !== 'import',
    clock,
  })
  const { store, name, bucket, vault, cache_bytes_max } = target
  const random = systemRandom
  const tools: ImportTools = { store, target: name, bucket, vault, clock, random, progress, cache_bytes_max }
  try {
    const report = await runImport({ from, user_id, mode, encryption_key }, tools)
    const stored_as = mode === 'import' ? await storeReport(report, tools) : undefined
    process.stdout.write(reportText(report, stored_as))
    return report.exit_code
  } catch (error) {
    progress.line('The import did not finish. What went in stays; running it again completes it.')
    throw error
  } finally {
    await target.close()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  // What an operator can put right is said in a sentence; anything else is a fault and shown whole.
  const is_plain = error instanceof ImportFailure || error instanceof SettingsError || error instanceof KeyError
  process.stderr.write(`${is_plain ? error.message : String((error as Error).stack)}\n`)
  process.exitCode = 1
}
