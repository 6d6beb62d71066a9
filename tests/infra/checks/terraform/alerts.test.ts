import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { TERRAFORM_DIR } from '#infra/checks/terraform/terraform.ts'
import { compileFilter, type LogEntry } from './logging-query.ts'
import { ALERTS, AUDITED, METRICS } from './watching.ts'

const RUNBOOKS = join(import.meta.dirname, '../../../../infra/docs/runbooks')

/** Title and runbook of every alert; those on Google's own metrics are in the code. */
async function alerts(): Promise<{ title: string; runbook: string }[]> {
  const code = await readFile(join(TERRAFORM_DIR, 'alerts.tf'), 'utf8')
  const matches = [...code.matchAll(/ title = "([^"]+)".* runbook = "([a-z-]+)"/g)]
  const in_code = matches.map(([, title, runbook]) => ({ title: title!, runbook: runbook! }))
  const in_data = [...Object.values(ALERTS), ...Object.values(AUDITED)]
  expect([in_code.length > 0, in_data.length > 0]).toEqual([true, true])
  return [...in_data, ...in_code].map(({ title, runbook }) => ({ title, runbook }))
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
  expect((await alerts()).filter(({ runbook }) => !runbooks.includes(`${runbook}.md`))).toEqual([])
})

test('a runbook names the alerts that link it, by their titles', async () => {
  for (const { title, runbook } of await alerts()) {
    const text = (await readFile(join(RUNBOOKS, `${runbook}.md`), 'utf8')).replaceAll(/\s+/g, ' ')
    expect([runbook, title, text.includes(`*${title}*`)]).toEqual([runbook, title, true])
  }
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
