import type { Reporter, TestModule } from 'vitest/node'

import { systemClock } from '#shared/base/clock.ts'

const LOOK_MS = 5_000

/**
 * Ends a run in which a test file no longer says anything. The limit of a test is a timer in its own process: a loop
 * that never gives the event loop a chance, on virtual time for instance, would hang the run for good.
 */
export default class HangReporter implements Reporter {
  readonly #silence_ms_max: number
  /** By file, when it said something last. */
  readonly #heard_ms = new Map<string, number>()
  readonly #ended = new Set<string>()
  readonly #stopped = new AbortController()

  /** @param silence_ms_max longer than any test may take */
  constructor({ silence_ms_max }: { silence_ms_max: number }) {
    this.#silence_ms_max = silence_ms_max
  }

  onTestRunStart(): void {
    this.#ended.clear()
    void this.#watch()
  }

  onTestModuleStart(module: TestModule): void {
    this.#hear(module)
  }

  onTestCaseReady({ module }: { module: TestModule }): void {
    this.#hear(module)
  }

  onTestCaseResult({ module }: { module: TestModule }): void {
    this.#hear(module)
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    this.#ended.add(moduleId)
    this.#heard_ms.delete(moduleId)
  }

  onTestRunEnd(): void {
    this.#stopped.abort()
  }

  /** Files that have begun, have not ended, and say nothing. @param now_ms monotonic */
  silentFiles(now_ms: number): readonly string[] {
    return [...this.#heard_ms].filter(([, heard_ms]) => now_ms - heard_ms > this.#silence_ms_max).map(([file]) => file)
  }

  #hear({ moduleId }: TestModule): void {
    // A busy run tells late of a test whose file has ended.
    if (!this.#ended.has(moduleId)) this.#heard_ms.set(moduleId, systemClock.monotonicMs())
  }

  async #watch(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await systemClock.sleep(LOOK_MS, this.#stopped.signal)
      const silent = this.silentFiles(systemClock.monotonicMs())
      if (silent.length === 0) continue
      process.stderr.write(
        `FAILED: no test of ${silent.join(', ')} ended within ${this.#silence_ms_max / 1000} s: it loops\n`,
      )
      // Vitest's watchdog kills the workers, however busy they are.
      process.exit(1)
    }
  }
}
