import { join } from 'node:path'
import { expect, test } from 'vitest'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { everyAudience } from '#tests/functions/audiences/harness.ts'
import { accounts, deskAt } from './harness.ts'

const newAccount = accounts()

const EXAMPLES = join(PROJECT_ROOT, 'infra/docs/examples')

test('the examples are planned and applied as they stand, a second time without a change', async () => {
  const account = newAccount()
  const desk = await deskAt(account)
  const dir = join(EXAMPLES, 'audiences')
  const planned = await desk.run('plan', { dir })
  expect(planned.code).toBe(2)
  expect(planned.out).toContain('2 to create, 0 to change')
  expect(await desk.run('apply', { dir, keep_files: true })).toMatchObject({ code: 0 })
  const before = await everyAudience(account, 'full')
  expect(before.map(({ name }) => name)).toEqual(['Weekend hikers', 'Urban greens'])
  expect((await desk.run('plan', { dir })).out).toBe('0 to create, 0 to change, 2 as they are.\n')
  expect(await desk.run('apply', { dir, keep_files: true })).toMatchObject({ code: 0 })
  expect(await everyAudience(account, 'full')).toEqual(before)
})
