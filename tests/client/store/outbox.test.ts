import { expect, test } from 'vitest'

import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { nextPush } from '#shared/client/store/outbox.ts'

const edit = (seq: number, name: string): OutboxEntry => ({
  seq,
  mutation_id: `m${seq}`,
  kind: 'audience',
  id: `aud_${seq}`,
  change: { op: 'patch', base_version: 1, set: { name }, base: { name: '' } },
  refers_to: [],
  made_at: '2025-05-28T14:00:00.000Z',
})

test('a push is measured in bytes: text beyond ASCII takes what it takes on its way', () => {
  const entries = Array.from({ length: 10 }, (_, n) => edit(n + 1, '漢'.repeat(1000)))
  const bytes_max = 10_000
  const batch = nextPush(entries, undefined, bytes_max)
  expect(batch).toHaveLength(3)
  expect(Buffer.byteLength(JSON.stringify(batch.map(({ change }) => change)))).toBeLessThan(bytes_max)
})

test('a change that is larger than a push should be goes by itself', () => {
  const entries = [edit(1, 'a'.repeat(5000)), edit(2, 'b')]
  expect(nextPush(entries, undefined, 100).map(({ seq }) => seq)).toEqual([1])
})
