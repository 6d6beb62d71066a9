import { expect } from 'vitest'

import { BUCKET, environmentOf, saved } from '#tests/functions/audiences/harness.ts'
import { DEMO, runningInTest } from '#tests/functions/distributions/harness.ts'
import { longTest } from '#tests/support/effort.ts'
import { runCommand } from '../running-commands.ts'

const { USER_HASH_SALT } = environmentOf({ issuer_url: '', gcs_url: '' })

longTest('the hash of a user is the one in the log lines of their requests and commits', async () => {
  const running = await runningInTest()
  await saved(running.audiences)
  const { code, out } = await runCommand('user-hash', [DEMO, "o'brien@example.com"], { USER_HASH_SALT })
  expect(code).toBe(0)
  const [hash = '', other] = out.trim().split('\n')
  expect(hash).toMatch(/^[0-9a-f]{32}$/)
  expect(other).not.toBe(hash)
  expect(running.lines.filter((line) => line['user_hash'] === hash)).toHaveLength(1)
  expect(running.lines.filter((line) => String(line['object']).includes(`user_hash=${hash}/`))).toHaveLength(1)
})

longTest('without the salt of an environment no hash is printed, but for the local runtime', async () => {
  const unsalted = await runCommand('user-hash', [DEMO])
  expect(unsalted).toMatchObject({ code: 1, out: '' })
  expect(unsalted.err).toContain('USER_HASH_SALT is required')
  const local = await runCommand('user-hash', ['--local', DEMO])
  expect(local.code).toBe(0)
  expect(local.out).toMatch(/^[0-9a-f]{32}\n$/)
  expect(await runCommand('user-hash', ['--local'])).toMatchObject({ code: 2, out: '' })
})

longTest('a hash is found among the users of a bucket, and one that is nobody’s is named', async () => {
  const running = await runningInTest()
  await saved(running.audiences)
  await saved(running.as("o'brien@example.com").audiences)
  const environment = { USER_HASH_SALT, GCS_BUCKET: BUCKET, STORAGE_API_ENDPOINT: running.gcs.url }
  const { out: hashes } = await runCommand('user-hash', ["o'brien@example.com", 'nobody'], environment)
  const [theirs = '', nobodys = ''] = hashes.trim().split('\n')
  expect(await runCommand('user-hash', ['--find', theirs, nobodys], environment)).toEqual({
    code: 1,
    out: "o'brien@example.com\n",
    err: `No user with records in gs://${BUCKET} has the hash ${nobodys}\n`,
  })
})
