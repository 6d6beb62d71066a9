import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { TERRAFORM_DIR } from '#infra/checks/terraform/terraform.ts'
import { compileFilter, extracted, type LogEntry } from './logging-query.ts'
import { ALERTS, AUDITED, LINES, type LineAlert, METRICS } from './watching.ts'

const RUNBOOKS = join(import.meta.dirname, '../../../../infra/docs/runbooks')

/** Title and runbook of every alert; those on Google's own metrics are in the code. */
async function alerts(): Promise<{ title: string; runbook: string }[]> {
  const code = await readFile(join(TERRAFORM_DIR, 'alerts.tf'), 'utf8')
  const matches = [...code.matchAll(/ title += "([^"]+)".* runbook += "([a-z-]+)"/g)]
  const in_code = matches.map(([, title, runbook]) => ({ title: title!, runbook: runbook! }))
  const in_data = [...Object.values(ALERTS), ...Object.values(AUDITED), ...Object.values(LINES)]
  expect([in_code.length > 0, in_data.length > 0]).toEqual([true, true])
  return [...in_data, ...in_code].map(({ title, runbook }) => ({ title, runbook }))
}

test('every alert is on a metric that there is', () => {
  const used = Object.values(ALERTS).flatMap(({ line, count, percentile_95, ratio }) =>
    [line, count, percentile_95, ratio?.metric, ratio?.total].filter((name) => name !== undefined),
  )
  expect(used.filter((name) => METRICS[name] === undefined)).toEqual([])
  expect(used.length).toBeGreaterThanOrEqual(Object.keys(ALERTS).length)
})

test('every alert links a runbook that there is', async () => {
  const runbooks = await readdir(RUNBOOKS).catch((): string[] => [])
  expect((await alerts()).filter(({ runbook }) => !runbooks.includes(`${runbook}.md`))).toEqual([])
})

test('a runbook names the alerts that link it, by their titles', async () => {
  for (const { title, runbook } of await alerts()) {
    const text = (await readFile(join(RUNBOOKS, `${runbook}.md`), 'utf8')).replaceAll(/\s+/g, ' ')
    expect([runbook, title, text.includes(`*${title}*`)]).toEqual([runbook, title, true])
  }
})

/** The alerts that an entry raises, with what each says of who and what. */
function raised(alerts: Readonly<Record<string, LineAlert>>, entry: LogEntry): Record<string, object> {
  const matching = Object.entries(alerts).filter(([, { filter }]) => compileFilter(filter)(entry))
  return Object.fromEntries(
    matching.map(([name, { says }]) => [
      name,
      Object.fromEntries(Object.entries(says).map(([label, extractor]) => [label, extracted(extractor, entry)])),
    ]),
  )
}

/** Audit log entries as Google documents them: https://cloud.google.com/logging/docs/audit/understanding-audit-logs */
function audited(
  service: string,
  method: string,
  resource: string,
  more: Record<string, { code: number }> = {},
): LogEntry {
  const authenticationInfo = { principalEmail: 'somebody@example.com' }
  const payload = { serviceName: service, methodName: method, resourceName: resource, authenticationInfo, ...more }
  return { severity: 'NOTICE', protoPayload: payload }
}

describe('audit logs', () => {
  const KMS = 'cloudkms.googleapis.com'
  const STORAGE = 'storage.googleapis.com'
  const BUILD = 'google.devtools.cloudbuild.v1.CloudBuild'
  const VERSION = 'projects/p/locations/l/keyRings/r/cryptoKeys/credentials/cryptoKeyVersions/2'
  const KEY = VERSION.replace(/\/cryptoKeyVersions.*/, '')
  const BUCKET = 'projects/_/buckets/b'
  const object = (name: string) => `${BUCKET}/objects/${name}`

  test.each([
    ['a key version that is to be destroyed', audited(KMS, 'DestroyCryptoKeyVersion', VERSION), 'key-version-changed'],
    ['a key version that is disabled', audited(KMS, 'UpdateCryptoKeyVersion', VERSION), 'key-version-changed'],
    ['a denied decryption', audited(KMS, 'Decrypt', KEY, { status: { code: 7 } }), 'key-denied'],
    ['a bucket that is deleted', audited(STORAGE, 'storage.buckets.delete', BUCKET), 'bucket-deleted'],
    ['a bucket that comes back', audited(STORAGE, 'storage.buckets.restore', BUCKET), 'bucket-deleted'],
    [
      'a delivery that is cancelled',
      audited('cloudbuild.googleapis.com', `${BUILD}.CancelBuild`, 'projects/p/builds/b'),
      'delivery-cancelled',
    ],
  ])('%s raises an alert that says who did what to which resource', (_, entry, alert) => {
    const { methodName, resourceName } = entry['protoPayload'] as { methodName: string; resourceName: string }
    const said = { principal: 'somebody@example.com', method: methodName, resource: resourceName }
    expect(raised(AUDITED, entry)).toEqual({ [alert]: said })
  })

  test('records deleted by hand raise one alert for a folder, however many they are', () => {
    const entry = audited(STORAGE, 'storage.objects.delete', object('platforms/x'))
    const said = { principal: 'somebody@example.com', method: 'storage.objects.delete', resource: 'platforms' }
    expect(raised(AUDITED, entry)).toEqual({ 'objects-deleted': said })
  })

  test.each([
    ['a decryption', audited(KMS, 'Decrypt', KEY)],
    ['an object read by hand', audited(STORAGE, 'storage.objects.get', object('platforms/x'))],
    ['a report deleted by hand', audited(STORAGE, 'storage.objects.delete', object('reports/x'))],
  ])('%s raises none', (_, entry) => {
    expect(raised(AUDITED, entry)).toEqual({})
  })
})

describe("lines of Google's services", () => {
  const REVISION = { service_name: 'am-audiences', revision_name: 'am-audiences-00007-abc' }
  const system = (text: string): LogEntry => ({
    logName: 'projects/p/logs/run.googleapis.com%2Fvarlog%2Fsystem',
    resource: { type: 'cloud_run_revision', labels: REVISION },
    textPayload: text,
  })
  const of = (type: string, labels: Record<string, string>, more: LogEntry): LogEntry => ({
    resource: { type, labels },
    ...more,
  })
  const ended = (cause: string) => ({
    'process-ended': { function: 'am-audiences', revision: 'am-audiences-00007-abc', cause },
  })

  test.each([
    [
      'an instance without memory',
      system('Memory limit of 512 MiB exceeded with 520 MiB used. Consider increasing the memory limit'),
      ended('Memory limit'),
    ],
    ['a process that ended by a signal', system('Uncaught signal: 6, pid=1, tid=1'), ended('Uncaught signal: 6')],
    ['a process that ended with an exit code', system('Container called exit(134).'), ended('exit(134)')],
    [
      'a rollout that is stuck',
      of('build', { build_id: 'b7' }, { textPayload: 'TRAFFIC WAS NOT RESTORED. Run rollback.sh now.' }),
      { 'traffic-not-restored': { build: 'b7' } },
    ],
    [
      'a schedule that does not work after a rollout',
      of('build', { build_id: 'b7' }, { textPayload: 'Rolled out: r. NOT PROVEN: the schedule of maintenance.' }),
      { 'schedule-unproven': { build: 'b7' } },
    ],
    [
      'a night whose tests failed',
      of('build', { build_id: 'b7' }, { textPayload: 'Step #0 - "nightly": NIGHTLY FAILED' }),
      { 'nightly-failed': { build: 'b7' } },
    ],
    [
      'a copy that failed',
      of('bigquery_dts_config', { config_id: 'c1' }, { severity: 'ERROR', jsonPayload: { message: 'Access Denied' } }),
      { 'copy-failed': { config: 'c1' } },
    ],
    [
      'a drill',
      of('global', {}, { logName: 'projects/p/logs/activation-drill', textPayload: 'by Ada' }),
      { drill: { text: 'by Ada' } },
    ],
  ])('%s raises an alert that says which', (_, entry, alerts) => {
    expect(raised(LINES, entry)).toEqual(alerts)
  })

  test.each([
    ['a process that ended as it should', system('Container called exit(0).')],
    ['a rollout that went well', of('build', { build_id: 'b7' }, { textPayload: 'Rolled out: r' })],
    ['a copy that is made', of('bigquery_dts_config', { config_id: 'c1' }, { severity: 'INFO', jsonPayload: {} })],
  ])('%s raises none', (_, entry) => {
    expect(raised(LINES, entry)).toEqual({})
  })

  test('what the nightly build prints is what its alert looks for', async () => {
    expect(await readFile(join(RUNBOOKS, '../../../.ci/nightly.yaml'), 'utf8')).toContain("echo 'NIGHTLY FAILED'")
  })

  test('what the rollout prints is what its alerts look for', async () => {
    const code = await readFile(join(RUNBOOKS, '../../deliver/rollout/main.ts'), 'utf8')
    for (const text of ['TRAFFIC WAS NOT RESTORED', 'NOT PROVEN: the schedule']) {
      expect([text, code.includes(text)]).toEqual([text, true])
      expect(JSON.stringify(LINES)).toContain(text)
    }
  })
})
