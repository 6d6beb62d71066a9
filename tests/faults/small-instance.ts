import { readFile } from 'node:fs/promises'

import type { Started } from './child-process.ts'

/** What a deployed instance of 512 MiB has, and what a process has used of it, as Linux tells. */
export const INSTANCE_MIB = 512

/** Half of the memory, as Node takes by itself of an instance of that size; and what the image says. */
export const HEAP_OF_INSTANCE = ['--max-old-space-size=256', '--max-semi-space-size=8']

/** The most memory that the process ever had, in MiB. */
export async function peakMib({ process }: Started): Promise<number> {
  const status = await readFile(`/proc/${process.pid}/status`, 'utf8')
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024)
}

/** Linux counts the time of processes in hundredths of a second. */
const TICK_MS = 10

/** The processor time that all threads of the process took so far. */
export async function processorMs({ process }: Started): Promise<number> {
  const stat = await readFile(`/proc/${process.pid}/stat`, 'utf8')
  // The name of the program, in parentheses, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}
