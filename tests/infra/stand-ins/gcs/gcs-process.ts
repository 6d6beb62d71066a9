import path from 'node:path'
import { onTestFinished } from 'vitest'
import { Processes, type Started } from '#tests/faults/child-process.ts'
import { BUCKET } from './gcs-fixture.ts'

const MAIN = path.resolve(import.meta.dirname, '../../../../infra/stand-ins/gcs/main.ts')

/**
 * The stand-in as a process of its own, ready to answer; ended with the test.
 * @param wrapper a command that runs the command it is given, such as one that limits it
 */
export async function spawnGcs(data_dir: string, wrapper: readonly string[] = []): Promise<Started> {
  const processes = new Processes()
  onTestFinished(() => processes.end())
  const command = [...wrapper, process.execPath, MAIN, '--data', data_dir, '--bucket', BUCKET]
  return processes.start(command, { PATH: process.env['PATH'] ?? '' }, ({ url }) => url as string | undefined)
}
