import { runCommand } from '#infra/command/run.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { withBucket } from '../open-bucket.ts'
import { streamProgress } from '../progress.ts'
import { IMPORT_COMMAND, modeOf } from './command.ts'
import { reportText } from './report-text.ts'
import { runImport, storeReport, type ImportTools } from './run.ts'

await runCommand(IMPORT_COMMAND, async (input) => {
  const { from, user: user_id, data: data_dir } = input
  const mode = modeOf(input)
  const encryption_key = input.encryption_key ?? (process.env['ENCRYPTION_KEY'] || undefined)
  const progress = streamProgress(process.stderr, systemClock)
  const read_only = mode !== 'import'
  return await withBucket({ program: IMPORT_COMMAND.program, data_dir, read_only }, async (bucket) => {
    const tools: ImportTools = { ...bucket, clock: systemClock, random: systemRandom, progress }
    try {
      const report = await runImport({ from, user_id, mode, encryption_key }, tools)
      const stored_as = mode === 'import' ? await storeReport(report, tools) : undefined
      process.stdout.write(reportText(report, stored_as))
      return report.exit_code
    } catch (error) {
      progress.line('The import did not finish. Imported records stay; repeat the import to complete it.')
      throw error
    }
  })
})
