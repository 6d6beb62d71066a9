import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Prometheus's own evaluation of PromQL, in which the conditions of alerts are written. */

/** A time series: what identifies it, and its values from minute to minute, as promtool writes them (`0+1x60`). */
export type Series = readonly [selector: string, values: string]

/** Where promtool is, unless on the path. */
const PROMTOOL = process.env['PROMTOOL'] ?? 'promtool'
const MINUTE_S = 60

/** @returns undefined where promtool is not installed: Debian has it in the package `prometheus` */
export async function promtoolVersion(): Promise<string | undefined> {
  const outcome = await promtool('--version').catch(() => undefined)
  return outcome && /version (\S+)/.exec(outcome)?.[1]
}

/**
 * Whether a query, as the condition of an alert, holds at a time.
 * @param step_s seconds between two values of a series
 */
export async function holds(query: string, at_s: number, series: readonly Series[], step_s = MINUTE_S) {
  const folder = await mkdtemp(join(tmpdir(), 'promtool-'))
  try {
    const file = join(folder, 'test.json')
    const asked = {
      interval: `${step_s}s`,
      input_series: series.map(([selector, values]) => ({ series: selector, values })),
      promql_expr_test: [
        {
          expr: `(count(${query}) > bool 0) or vector(0)`,
          eval_time: `${at_s}s`,
          exp_samples: [{ labels: '{}', value: 1 }],
        },
      ],
    }
    await writeFile(file, JSON.stringify({ rule_files: [], evaluation_interval: '1m', tests: [asked] }))
    const output = await promtool('test', 'rules', file)
    if (output.includes('SUCCESS')) return true
    if (output.includes('got: {} 0E+00')) return false
    throw new Error(output)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What promtool says; a failed test is no error. */
function promtool(...parameters: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(PROMTOOL, parameters, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') reject(new Error('promtool is not installed'))
      else resolve(`${stdout}${stderr}`)
    })
  })
}
