import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { TERRAFORM_DIR } from '#infra/checks/terraform/terraform.ts'
import { compileFilter, extracted, type LogEntry } from './logging-query.ts'

/** The files of `terraform/watching`, as Terraform reads them. */

export interface Metric {
  readonly description: string
  readonly filter: string
  readonly labels?: Readonly<Record<string, string>>
  readonly value?: string
}

export interface Alert {
  readonly title: string
  readonly runbook: string
  readonly severity: 'critical' | 'warning'
  /** A metric, each line of which raises the alert. */
  readonly line?: string
  readonly says?: Readonly<Record<string, string>>
  readonly ratio?: { readonly metric: string; readonly total: string; readonly by: string }
  readonly count?: string
  readonly percentile_95?: string
  readonly above?: number
  readonly above_objective?: string
  /** So many failures, or requests of a percentile, raise no alert, whatever their share. */
  readonly more_than?: number
}

/** An alert on lines that no function writes. */
export interface LineAlert {
  readonly title: string
  readonly runbook: string
  readonly filter: string
  /** Labels that say who and what. */
  readonly says: Readonly<Record<string, string>>
}

async function read<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(join(TERRAFORM_DIR, 'watching', name), 'utf8')) as T
}

const { source, metrics } = await read<{ source: string; metrics: Readonly<Record<string, Metric>> }>('metrics.json')

export const METRICS = metrics
export const ALERTS = await read<Readonly<Record<string, Alert>>>('alerts.json')
export const AUDITED = await read<Readonly<Record<string, LineAlert>>>('audited.json')
export const LINES = await read<Readonly<Record<string, LineAlert>>>('lines.json')

/** The entries that a metric counts: its filter, over lines of our services. */
export function counted(name: string, entries: readonly LogEntry[]): LogEntry[] {
  return entries.filter(compileFilter(`${source} AND (${metrics[name]!.filter})`))
}

/** The values of a distribution metric. */
export function valuesOf(name: string, entries: readonly LogEntry[]): number[] {
  return counted(name, entries).map((entry) => Number(extracted(metrics[name]!.value!, entry)))
}

/**
 * Whether an alert is raised by entries that all fall into one window of its.
 * @param objectives what the variable `objectives` has for conditions on one
 */
export function raises(name: string, entries: readonly LogEntry[], objectives: Readonly<Record<string, number>> = {}) {
  const { line, ratio, count, percentile_95, above, above_objective, more_than } = ALERTS[name]!
  if (line !== undefined) return counted(line, entries).length > 0
  const threshold = above ?? objectives[above_objective!]!
  if (count !== undefined) return counted(count, entries).length > threshold
  if (percentile_95 !== undefined) {
    const values = valuesOf(percentile_95, entries).toSorted((a, b) => a - b)
    return values.length > more_than! && values[Math.ceil(values.length * 0.95) - 1]! > threshold
  }
  const { metric, total, by } = ratio!
  const groups = Map.groupBy(counted(total, entries), (entry) => extracted(`EXTRACT(resource.labels.${by})`, entry))
  return [...groups.values()].some((group) => {
    const failures = counted(metric, group).length
    return failures > more_than! && failures / group.length > threshold
  })
}
