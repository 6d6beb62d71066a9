import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { TERRAFORM_DIR } from '#infra/checks/terraform/terraform.ts'
import { compileFilter, type LogEntry } from './logging-query.ts'
import { ALERTS, AUDITED, METRICS } from './watching.ts'

const RUNBOOKS = join(import.meta.dirname, '../../../../infra/docs/runbooks')

/** Those of the alerts on what Google itself measures stand in the code. */
async function linkedRunbooks(): Promise<string[]> {
  const code = await readFile(join(TERRAFORM_DIR, 'alerts.tf'), 'utf8')
  const in_code = [...code.matchAll(/ runbook = "([a-z-]+)"/g)].map(([, runbook]) => runbook!)
  const in_data = [...Object.values(ALERTS), ...Object.values(AUDITED)].map(({ runbook }) => runbook)
  expect([in_code.length > 0, in_data.length > 0]).toEqual([true, true])
  return [...new Set([...in_data, ...in_code])]
}

test('every alert is on a metric that there is', () => {
  const used = Object.values(ALERTS).flatMap(({ count, percentile_95, ratio }) =>
    [count, percentile_95, ratio?.metric, ratio?.total].filter((name) => name !== undefined),
  )
  expect(used.filter((name) => METRICS[name] === undefined)).toEqual([])
  expect(used.length).toBeGreaterThanOrEqual(Object.keys(ALERTS).length)
})

test('every alert links a runbook that there is', async () => {
  const runbooks = await readdir(RUNBOOKS).catch((): string[] => [])
  expect((await linkedRunbooks()).filter((runbook) => !runbooks.includes(`${runbook}.md`))).toEqual([])
})

/** Audit log entries as Google documents them: https://cloud.google.com/logging/docs/audit/understanding-audit-logs */
function audited(
  service_name: string,
  method_name: string,
  more: Record<string, string | { code: number }> = {},
): LogEntry {
  return { severity: 'NOTICE', protoPayload: { serviceName: service_name, methodName: method_name, ...more } }
}

describe('audit logs', () => {
  const KMS = 'cloudkms.googleapis.com'
  const STORAGE = 'storage.googleapis.com'
  const raised = (entry: LogEntry) => Object.keys(AUDITED).filter((name) => compileFilter(AUDITED[name]!.filter)(entry))
  const object = (name: string) => ({ resourceName: `projects/_/buckets/b/objects/${name}` })

  test.each([
    ['a key version that is to be destroyed', audited(KMS, 'DestroyCryptoKeyVersion'), ['key-version-changed']],
    ['a key version that is disabled', audited(KMS, 'UpdateCryptoKeyVersion'), ['key-version-changed']],
    ['a denied decryption', audited(KMS, 'Decrypt', { status: { code: 7 } }), ['key-denied']],
    [
      'a record deleted by hand',
      audited(STORAGE, 'storage.objects.delete', object('platforms/x')),
      ['objects-deleted'],
    ],
    ['a bucket that is deleted', audited(STORAGE, 'storage.buckets.delete'), ['bucket-deleted']],
    ['a bucket that comes back', audited(STORAGE, 'storage.buckets.restore'), ['bucket-deleted']],
  ])('%s raises an alert', (_, entry, alerts) => {
    expect(raised(entry)).toEqual(alerts)
  })

  test.each([
    ['a decryption', audited(KMS, 'Decrypt')],
    ['an object read by hand', audited(STORAGE, 'storage.objects.get', object('platforms/x'))],
    ['a report deleted by hand', audited(STORAGE, 'storage.objects.delete', object('reports/x'))],
  ])('%s raises none', (_, entry) => {
    expect(raised(entry)).toEqual([])
  })
})
