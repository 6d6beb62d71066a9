import { expect, test } from 'vitest'

import { CHILD_ENVIRONMENT } from '#tests/support/child-environment.ts'
import { stage } from './playing.ts'

test('the guide to audiences as code works word for word', { timeout: 240_000 }, async () => {
  const { runtime, play } = await stage(CHILD_ENVIRONMENT)
  const typed = await play('guides/audiences-as-code.md', [{ AUDIENCES_URL: runtime.url }])
  expect(typed).toHaveLength(4)
  const [begun, changed = '', created, contested] = typed
  expect(begun).toMatch(/create .*weekend-hikers.yaml[^]*\n2 to create.*\nexit code 2\n[^]*2 of 2 applied/)
  expect(begun).toMatch(/0 written, 2 current, 0 edited here\.\naudience_id: \S+\nversion: 1\nname: Weekend hikers\n/)
  expect(changed).toMatch(/name: "Weekend hikers" → "Sunday hikers"\n.*\nexit code 2\n[^]*1 of 1 applied/)
  expect(changed.split('\n').filter((line) => /^[-+](?![-+])/.test(line))).toEqual([
    '-version: 1',
    '-name: Weekend hikers',
    '+version: 2',
    '+name: Sunday hikers',
  ])
  expect(created).toMatch(/applied .*\n1 of 1 applied\.\naudience_id: \S+\nversion: 1\nname: Harbour walkers\n/)
  expect(contested).toMatch(/conflict .*\n.*demo_user via api changed name\n[^]*Nothing was applied[^]*exit code 1\n/)
  expect(contested).toMatch(/merged .*\n[^]*version: 3\nname: Harbour strollers\n[^]*They walk along the water/)
})
