import * as z from 'zod'

import { type Clock, isoTime } from '#shared/base/clock.ts'
import type { ReadMetrics, SyncMetrics } from './gate.ts'
import { callGoogleApi, GoogleApiError } from './google-api.ts'

/**
 * Cloud Monitoring's metrics of a revision. The CLI has no command that reads time series, so this uses the REST API
 * (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list), with a token of the CLI.
 */
interface MonitoringTools {
  readonly project: string
  /** `https://monitoring.googleapis.com`, or a stand-in. */
  readonly endpoint: string
  readonly token: () => Promise<string>
  readonly clock: Clock
}

/** Cloud Monitoring aligns to at least a minute. */
const PERIOD_S_MIN = 60

/** Numbers come as JSON numbers, 64-bit integers as text. */
const timeSeries = z.object({
  timeSeries: z
    .array(
      z.object({
        metric: z.object({ labels: z.record(z.string(), z.string()).default({}) }).default({ labels: {} }),
        points: z.array(
          z.object({ value: z.object({ int64Value: z.coerce.number(), doubleValue: z.number() }).partial() }),
        ),
      }),
    )
    .default([]),
})

const OF_CLOUD_RUN = 'run.googleapis.com/'
/** Terraform names its log-based metrics so; their filters are in `terraform/watching/metrics.json`. */
const LOG_BASED = 'logging.googleapis.com/user/activation/'
const BY_SUM = { 'aggregation.perSeriesAligner': 'ALIGN_DELTA', 'aggregation.crossSeriesReducer': 'REDUCE_SUM' }

export function monitoring({ project, endpoint, token, clock }: MonitoringTools): ReadMetrics {
  const query = async (revision: string, metric: string, period: Period, aggregation: Record<string, string>) => {
    const url = new URL(`/v3/projects/${encodeURIComponent(project)}/timeSeries`, endpoint)
    url.search = new URLSearchParams({
      filter:
        `metric.type = "${metric}" AND resource.type = "cloud_run_revision" ` +
        `AND resource.labels.revision_name = "${revision}"`,
      'interval.startTime': isoTime(period.since_ms),
      'interval.endTime': isoTime(period.until_ms),
      'aggregation.alignmentPeriod': `${period.length_s}s`,
      ...aggregation,
    }).toString()
    const body = await callGoogleApi({ name: 'Cloud Monitoring', token, clock }, url).catch((error: unknown) => {
      // A log-based metric is not known before a line of the log was counted.
      if (error instanceof GoogleApiError && error.status === 404 && metric.startsWith(LOG_BASED)) return {}
      throw error
    })
    return timeSeries.parse(body).timeSeries.map(({ metric: { labels }, points }) => ({
      labels,
      values: points.map(({ value }) => value.int64Value ?? value.doubleValue ?? 0),
    }))
  }
  const sumOf = (series: readonly Series[]) =>
    series.flatMap(({ values }) => values).reduce((sum, value) => sum + value, 0)

  const syncs = async (revision: string, period: Period): Promise<SyncMetrics> => {
    const sum = async (metric: string) => sumOf(await query(revision, `${LOG_BASED}${metric}`, period, BY_SUM))
    const [requests, failures] = await Promise.all([sum('sync_requests'), sum('sync_failures')])
    return { requests, failures }
  }

  return async ({ name, revision }, since_ms, until_ms) => {
    // One aligned point for the whole gate.
    const length_s = Math.max(PERIOD_S_MIN, Math.ceil((until_ms - since_ms) / 1000))
    const period = { since_ms: until_ms - length_s * 1000, until_ms, length_s }
    const [counts, latencies, sync] = await Promise.all([
      query(revision, `${OF_CLOUD_RUN}request_count`, period, {
        ...BY_SUM,
        'aggregation.groupByFields': 'metric.labels.response_code_class',
      }),
      query(revision, `${OF_CLOUD_RUN}request_latencies`, period, {
        'aggregation.perSeriesAligner': 'ALIGN_DELTA',
        'aggregation.crossSeriesReducer': 'REDUCE_PERCENTILE_95',
      }),
      name === 'sync' ? syncs(revision, period) : undefined,
    ])
    return {
      requests: sumOf(counts),
      server_errors: sumOf(counts.filter(({ labels }) => labels['response_code_class'] === '5xx')),
      p95_ms: latencies.flatMap(({ values }) => values).at(0),
      sync,
    }
  }
}

interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly number[]
}

interface Period {
  readonly since_ms: number
  readonly until_ms: number
  readonly length_s: number
}
