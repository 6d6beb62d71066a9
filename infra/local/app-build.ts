import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

import { systemClock } from '#shared/base/clock.ts'
import { APP_DIR, isAppBuilt } from '../app-sources.ts'
import { PROJECT_ROOT } from '../project-root.ts'

const BUILD_PROGRAM = join(PROJECT_ROOT, 'infra/deliver/build/app/main.ts')

/** Removes a build of other sources: nobody is to look at that while the new one is made. True when the app needs a build. */
export function removeStaleApp(): boolean {
  if (isAppBuilt(APP_DIR)) return false
  rmSync(APP_DIR, { recursive: true, force: true })
  return true
}

/**
 * Builds the app in a process of its own: the build takes far more memory than the runtime, which answers meanwhile.
 * @returns whether there is an app now
 */
export async function buildApp(print: (text: string) => void): Promise<boolean> {
  print('building the app; the API answers meanwhile\n')
  const started_ms = systemClock.monotonicMs()
  const child = spawn(process.execPath, [BUILD_PROGRAM], { stdio: ['ignore', 'ignore', 'pipe'] })
  const kill = () => void child.kill()
  process.once('exit', kill)
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  process.off('exit', kill)
  const duration_s = ((systemClock.monotonicMs() - started_ms) / 1000).toFixed(1)
  print(
    code === 0
      ? `the app is built (${duration_s} s)\n`
      : `${errors}The app could not be built; the API answers. Mend it and start again.\n`,
  )
  return code === 0
}
