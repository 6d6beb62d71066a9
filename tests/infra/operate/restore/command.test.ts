import { expect, test } from 'vitest'

import { readArguments } from '#infra/operate/restore/arguments.ts'
import { BUCKET, saved } from '#tests/functions/audiences/harness.ts'
import { runningInTest } from '#tests/functions/distributions/harness.ts'
import { temporaryFolder } from '../../stand-ins/gcs/gcs-fixture.ts'
import { runCommand } from '../running-commands.ts'
import { restoringOn } from './restoring.ts'

test('lists the generations of an object, with what is in them, shows a difference, and restores when told to', async () => {
  const { audiences, gcs } = await runningInTest()
  const restoring = restoringOn(gcs)
  const { audience_id } = await saved(audiences, { name: 'Weekend hikers' })
  const good = await restoring.liveOf('audiences/')
  await audiences.call('DELETE', `/api/audiences/${audience_id}`)
  const environment = { GCS_BUCKET: BUCKET, STORAGE_API_ENDPOINT: gcs.url }
  const restore = (...parameters: string[]) => runCommand('restore', parameters, environment)

  const listed = await restore('--object', `gs://${BUCKET}/${good.name}`, '--list')
  expect(listed).toMatchObject({ code: 0, err: '' })
  const [name, newest, oldest] = listed.out.trimEnd().split('\n')
  expect(name).toBe(good.name)
  expect(newest).toMatch(/live +\d+ bytes {2}revision 2, 0 records, 1 deleted$/)
  expect(oldest).toMatch(new RegExp(`^  ${good.generation}  .*until .* bytes  revision 1, 1 records, 0 deleted$`))

  const of_good = ['--object', good.name, '--generation', good.generation]
  expect(await restore(...of_good, '--dry-run')).toMatchObject({ code: 0 })
  const asked = await restore(...of_good)
  expect(asked.code).toBe(3)
  expect(asked.out).toContain(`${audience_id}  version 2 → 3  is undeleted\n`)
  expect(asked.out).toContain('Nothing was changed. To restore, say --yes.\n')
  expect((await audiences.call('GET', `/api/audiences/${audience_id}`)).status).toBe(404)
  expect(
    await restore('--user', 'demo_user', '--at', new Date(good.created_at_ms).toISOString(), '--yes'),
  ).toMatchObject({
    code: 0,
  })
  expect((await audiences.call('GET', `/api/audiences/${audience_id}`)).status).toBe(200)
})

test('a restore whose output nobody reads is carried out all the same', async () => {
  const { audiences, gcs } = await runningInTest()
  const { audience_id } = await saved(audiences)
  const environment = { GCS_BUCKET: BUCKET, STORAGE_API_ENDPOINT: gcs.url }
  const parameters = ['--user', 'demo_user', '--new-epoch', '--yes']
  expect(await runCommand('restore', parameters, environment, { is_read: false })).toMatchObject({ code: 0, err: '' })
  expect((await audiences.call('GET', `/api/audiences/${audience_id}`)).body.audience.version).toBe(1001)
})

test('what is wrong with a command is said in a sentence, with the usage', () => {
  for (const [wrong, why] of [
    [['--at', '2025-05-28T12:00:00Z'], 'Say one: --object, --user or --all.'],
    [['--object', 'a', '--all', '--new-epoch'], 'Say one: --object, --user or --all.'],
    [['--user', 'u'], 'Say what: --list, --generation, --at or --new-epoch.'],
    [['--user', 'u', '--generation', '1'], '--generation goes with --object.'],
    [['--object', 'a', '--kind', 'audiences', '--list'], '--kind and --month go with --user.'],
    [['--user', 'u', '--at', 'yesterday'], '--at must be a time with its zone'],
    [['--user', 'u', '--at', '2025-05-28'], '--at must be a time with its zone'],
    [['--user', 'u', '--month', 'May', '--new-epoch'], '--month must look like 2025-05.'],
    [['--user', 'u', '--new-epoch', '--record', 'r'], 'leave --record out.'],
    [['--user', 'u', '--new-epoch', '--yes', '--dry-run'], 'Say one: --dry-run or --yes.'],
    [['--all', '--at', '2025-05-28T12:00:00Z'], 'restore user by user.'],
  ] as const) {
    expect(() => readArguments(wrong)).toThrow(why)
    expect(() => readArguments(wrong)).toThrow('WHICH  --object NAME')
  }
})

test('a command that cannot be carried out exits with 1 and shows no stack', async () => {
  const data_dir = await temporaryFolder()
  for (const [wrong, why] of [
    [['--user', 'u', '--new-epoch'], 'No generation of such an object is kept.'],
    [['--usr', 'u'], "Unknown option '--usr'"],
  ] as const) {
    const { code, err, out } = await runCommand('restore', [...wrong, '--data', data_dir])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(why)
    expect(err).not.toMatch(/\n\s+at /)
  }
})
