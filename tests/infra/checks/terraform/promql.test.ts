import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openTerraform } from '#infra/checks/terraform/terraform.ts'
import { planned } from './planned.ts'
import { holds, promtoolVersion, type Series } from './promtool.ts'

/** The conditions that Terraform plans, over hours that were made up: what wakes somebody, and what does not. */

const terraform = await openTerraform()
afterAll(() => terraform?.close())
const promtool = await promtoolVersion()
if (promtool === undefined)
  console.warn('SKIPPED: promtool is not installed, so no condition of an alert was evaluated')

const HOUR_S = 3600
const GIB = 2 ** 30
const OURS = 'monitored_resource="cloud_run_revision"'
const logged = (metric: string, values: string, labels = 'service_name="am-audiences"'): Series => [
  `logging_googleapis_com:user_activation_${metric}{${OURS},${labels}}`,
  values,
]
const served = (values: string, labels: string): Series => [
  `run_googleapis_com:request_count{${OURS},service_name="am-audiences",${labels}}`,
  values,
]
const bytes = (values: string): Series => [
  'storage_googleapis_com:storage_total_bytes{monitored_resource="gcs_bucket",bucket_name="example-activation-dev-activation-dev"}',
  values,
]
const copies = (values: string): Series => [
  'bigquerydatatransfer_googleapis_com:transfer_config_completed_runs{monitored_resource="bigquery_dts_config"}',
  values,
]
const dispatch = (values: string, status = '200') =>
  logged('requests', values, `route="/api/maintenance/dispatch",status="${status}"`)
const slowOf = (requests: number): Series[] => [
  logged('request_ms_bucket', `0x58 ${requests * 0.8}`, 'le="1000"'),
  logged('request_ms_bucket', `0x58 ${requests}`, 'le="5000"'),
  logged('request_ms_bucket', `0x58 ${requests}`, 'le="+Inf"'),
  logged('request_ms_count', `0x58 ${requests}`, 'route="/api/audiences"'),
]
const HEALTH = logged('requests', '0+1x300', 'route="/api/audiences/health",status="200"')

describe.skipIf(terraform === undefined || promtool === undefined)('an alert', () => {
  const queries = new Map<string, string>()
  beforeAll(async () => {
    const resources = await planned(terraform!, 'dev')
    for (const { type, index, values } of resources) {
      if (type !== 'google_monitoring_alert_policy') continue
      const [condition] = values['conditions'] as readonly {
        condition_prometheus_query_language?: readonly { query: string }[]
      }[]
      const query = condition?.condition_prometheus_query_language?.[0]?.query
      if (query !== undefined) queries.set(index!, query)
    }
  })

  const FAILING = ['server-errors', 'sync-failures', 'client-errors', 'refusals'] as const
  const METRICS = {
    'server-errors': ['server_errors', 'requests'],
    'sync-failures': ['sync_failures', 'sync_requests'],
    'client-errors': ['client_errors', 'sync_requests'],
    refusals: ['refusals', 'requests'],
  } as const

  test.each(FAILING)(
    'on the share of %s: two at night page nobody, six of ten do, six of a thousand do not',
    async (name) => {
      const [failures, total] = METRICS[name]
      const of = (count: number, each_minute: number) =>
        holds(queries.get(name)!, HOUR_S, [logged(failures, `0x57 ${count}x2`), logged(total, `0+${each_minute}x60`)])
      expect([await of(2, 0.4), await of(6, 1), await of(6, 200)]).toEqual([false, true, false])
    },
  )

  test('on failed requests: six of fifty raise it, and other functions hide nothing', async () => {
    const others = logged('requests', '0+500x60', 'service_name="am-sync"')
    const query = queries.get('server-errors')!
    const series = [logged('server_errors', '0x57 6x2'), logged('requests', '0+10x60'), others]
    expect(await holds(query, HOUR_S, series)).toBe(true)
  })

  test('on 503 needs a fifth of the requests, and twenty of them', async () => {
    const of = (each_minute: number) =>
      holds(queries.get('unavailable')!, HOUR_S, [
        logged('unavailable', `0+${each_minute}x60`),
        logged('requests', `0+${each_minute * 4}x60`),
      ])
    expect([await of(2), await of(10)]).toEqual([false, true])
  })

  test('on slow requests needs twenty requests', async () => {
    const query = queries.get('slow-requests')!
    expect([await holds(query, HOUR_S, slowOf(10)), await holds(query, HOUR_S, slowOf(100))]).toEqual([false, true])
  })

  test('on the allowance of failures: two of fourteen in an hour do not use it up, sixty of 660 do', async () => {
    const of = (good: string, bad: string) =>
      holds(queries.get('fast-burn')!, 2 * HOUR_S, [
        served(good, 'response_code_class="2xx"'),
        served(bad, 'response_code_class="5xx"'),
      ])
    expect([await of('0+0.2x120', '0x100 2x20'), await of('0+10x120', '0+1x120')]).toEqual([false, true])
  })

  test.each([
    ['a dispatch each minute', [HEALTH, dispatch('0+1x300')], false],
    ['no dispatch since twenty minutes', [HEALTH, dispatch('0+1x220 220x80')], true],
    ['a dispatch that is refused each minute', [HEALTH, dispatch('0+1x300', '403')], true],
    ['an environment before its first delivery', [], false],
  ])('on a silent schedule: %s', async (_, series, is_raised) => {
    expect(await holds(queries.get('dispatch-silent')!, 4 * HOUR_S, series)).toBe(is_raised)
  })

  test.each([
    ['a copy each hour', [HEALTH, copies('0x60 1x60 2x60 3x60 4x60')], false],
    ['no copy since four hours', [HEALTH, copies('3x300')], true],
    ['an environment before its first delivery', [copies('3x300')], false],
  ])('on silent copies: %s', async (_, series, is_raised) => {
    expect(await holds(queries.get('copies-silent')!, 4 * HOUR_S + 60, series)).toBe(is_raised)
  })

  test('on split traffic: a rollout of an hour raises nothing, one that was left at ten percent does', async () => {
    const query = queries.get('traffic-split')!
    const newer = served('0x100 0+1x300', 'revision_name="two"')
    const left = [served('0+9x400', 'revision_name="one"'), newer]
    const whole = [served('0+9x170 1530x230', 'revision_name="one"'), newer]
    const minutes = [110, 150, 180, 200, 230, 260, 300, 380]
    const raised = (series: readonly Series[]) =>
      Promise.all(minutes.map((minute) => holds(query, minute * 60, series)))
    expect(await raised(whole)).toEqual(minutes.map(() => false))
    expect((await raised(left)).slice(-3)).toEqual([true, true, true])
  })

  test('on growth: the first weeks double each day and raise nothing, sixty GiB in a day do', async () => {
    const of = (before: number, after: number) =>
      holds(queries.get('storage-growth')!, 25 * HOUR_S, [bytes(`${before}x48 ${after}x4`)], HOUR_S / 2)
    expect([await of(GIB, 4 * GIB), await of(100 * GIB, 160 * GIB), await of(1000 * GIB, 1060 * GIB)]).toEqual([
      false,
      true,
      false,
    ])
  })

  test('on a count is above its number, and every one can be evaluated', async () => {
    for (const query of queries.values()) expect(await holds(query, HOUR_S, [])).toBe(false)
    const failures = (count: number) => [logged('dispatch_failures', `0x50 ${count}x9`)]
    const query = queries.get('dispatch-failures')!
    expect([await holds(query, HOUR_S, failures(5)), await holds(query, HOUR_S, failures(6))]).toEqual([false, true])
    expect(queries.size).toBeGreaterThan(10)
  })
})
