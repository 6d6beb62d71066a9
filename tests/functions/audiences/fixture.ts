import { onTestFinished } from 'vitest'

import { startAudiences, type RunningAudiences } from './harness.ts'

/** The audiences function over an empty bucket, gone when the test is. */
export async function audiencesInTest(options: Parameters<typeof startAudiences>[0] = {}): Promise<RunningAudiences> {
  const running = await startAudiences(options)
  onTestFinished(() => running.close())
  return running
}
