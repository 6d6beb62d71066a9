import type { Clock } from '#shared/base/clock.ts'

/** Shows the progress of a command. */
export interface ProgressOutput {
  /** Prints a line that stays. */
  readonly line: (text: string) => void
  /** Shows the current step: on a terminal the next one replaces it, elsewhere every few seconds a line is printed. */
  readonly step: (text: string) => void
}

const TERMINAL_STEP_MS = 100
const LOG_STEP_MS = 5000

export function streamProgress(
  stream: { readonly isTTY?: boolean; write: (text: string) => unknown },
  clock: Clock,
): ProgressOutput {
  const is_terminal = stream.isTTY === true
  const step_ms = is_terminal ? TERMINAL_STEP_MS : LOG_STEP_MS
  let last_step_ms = is_terminal ? -Infinity : clock.monotonicMs()
  let is_open = false
  const clear = () => {
    if (is_open) stream.write('\r\x1b[2K')
    is_open = false
  }
  return {
    line: (text) => {
      clear()
      stream.write(`${text}\n`)
    },
    step: (text) => {
      const now_ms = clock.monotonicMs()
      if (now_ms - last_step_ms < step_ms) return
      last_step_ms = now_ms
      clear()
      stream.write(is_terminal ? text : `${text}\n`)
      is_open = is_terminal
    },
  }
}
