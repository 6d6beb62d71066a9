import * as z from 'zod'

import { textAtMost } from '#shared/base/bounded-read.ts'
import { type Clock, isoTime } from '#shared/base/clock.ts'
import { withTimeLimit } from '#shared/base/timeout.ts'
import type { ReadMetrics } from './gate.ts'

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

const READ_DURATION_MS_MAX = 30_000
/** Far more than the one point that each of our queries asks for. */
const ANSWER_BYTES_MAX = 1024 * 1024
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

export function monitoring({ project, endpoint, token, clock }: MonitoringTools): ReadMetrics {
  const query = async (revision: string, metric: string, period: Period, aggregation: Record<string, string>) => {
    const url = new URL(`/v3/projects/${encodeURIComponent(project)}/timeSeries`, endpoint)
    url.search = new URLSearchParams({
      filter:
        `metric.type = "run.googleapis.com/${metric}" AND resource.type = "cloud_run_revision" ` +
        `AND resource.labels.revision_name = "${revision}"`,
      'interval.startTime': isoTime(period.since_ms),
      'interval.endTime': isoTime(period.until_ms),
      'aggregation.alignmentPeriod': `${period.length_s}s`,
      ...aggregation,
    }).toString()
    const authorization = `Bearer ${await token()}`
    const late = () => new Error(`Cloud Monitoring did not answer within ${READ_DURATION_MS_MAX / 1000} s`)
    const body = await withTimeLimit(
      clock,
      READ_DURATION_MS_MAX,
      async (signal) => {
        const response = await fetch(url, { headers: { authorization }, signal, redirect: 'error' })
        const { text, is_cut } = await textAtMost(response, ANSWER_BYTES_MAX)
        if (!response.ok) throw new Error(`Cloud Monitoring answered ${response.status}: ${text}`)
        if (is_cut) throw new Error(`Cloud Monitoring answered more than ${ANSWER_BYTES_MAX} bytes`)
        return JSON.parse(text) as unknown
      },
      late,
    )
    return timeSeries.parse(body).timeSeries.map(({ metric: { labels }, points }) => ({
      labels,
      values: points.map(({ value }) => value.int64Value ?? value.doubleValue ?? 0),
    }))
  }

  return async (revision, since_ms, until_ms) => {
    // One aligned point for the whole gate.
    const length_s = Math.max(PERIOD_S_MIN, Math.ceil((until_ms - since_ms) / 1000))
    const period = { since_ms: until_ms - length_s * 1000, until_ms, length_s }
    const [counts, latencies] = await Promise.all([
      query(revision, 'request_count', period, {
        'aggregation.perSeriesAligner': 'ALIGN_DELTA',
        'aggregation.crossSeriesReducer': 'REDUCE_SUM',
        'aggregation.groupByFields': 'metric.labels.response_code_class',
      }),
      query(revision, 'request_latencies', period, {
        'aggregation.perSeriesAligner': 'ALIGN_DELTA',
        'aggregation.crossSeriesReducer': 'REDUCE_PERCENTILE_95',
      }),
    ])
    const sumOf = (series: typeof counts) =>
      series.flatMap(({ values }) => values).reduce((sum, value) => sum + value, 0)
    return {
      requests: sumOf(counts),
      server_errors: sumOf(counts.filter(({ labels }) => labels['response_code_class'] === '5xx')),
      p95_ms: latencies.flatMap(({ values }) => values).at(0),
    }
  }
}

interface Period {
  readonly since_ms: number
  readonly until_ms: number
  readonly length_s: number
}
