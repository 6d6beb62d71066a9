import { expect, test } from 'vitest'

import { requestOf, RESTORE_COMMAND } from '#infra/operate/restore/command.ts'
import { BUCKET, saved } from '#tests/functions/audiences/harness.ts'
import { runningInTest } from '#tests/functions/distributions/harness.ts'
import { inputOf } from '#tests/infra/command/input-of.ts'
import { longTest } from '#tests/support/effort.ts'
import { temporaryFolder } from '../../stand-ins/gcs/gcs-fixture.ts'
import { runCommand } from '../running-commands.ts'
import { restoringOn } from './restoring.ts'

longTest(
  'lists the generations of an object, with what is in them, shows a difference, and restores when told to',
  async () => {
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
    expect(asked.out).toContain('Nothing was changed. Add --yes to restore without being asked.\n')
    expect((await audiences.call('GET', `/api/audiences/${audience_id}`)).status).toBe(404)
    expect(
      await restore('--user', 'demo_user', '--at', new Date(good.created_at_ms).toISOString(), '--yes'),
    ).toMatchObject({
      code: 0,
    })
    expect((await audiences.call('GET', `/api/audiences/${audience_id}`)).status).toBe(200)
  },
)

longTest('a restore whose output nobody reads is carried out all the same', async () => {
  const { audiences, gcs } = await runningInTest()
  const { audience_id } = await saved(audiences)
  const environment = { GCS_BUCKET: BUCKET, STORAGE_API_ENDPOINT: gcs.url }
  const parameters = ['--user', 'demo_user', '--new-epoch', '--yes']
  expect(await runCommand('restore', parameters, environment, { is_read: false })).toMatchObject({ code: 0, err: '' })
  expect((await audiences.call('GET', `/api/audiences/${audience_id}`)).body.audience.version).toBe(1001)
})

test('a wrong combination of options is refused in a sentence', () => {
  for (const [wrong, why] of [
    [['--at', '2025-05-28T12:00:00Z'], 'Choose one: --object, --user or --all.'],
    [['--object', 'a', '--all', '--new-epoch'], 'Choose one: --object, --user or --all.'],
    [['--user', 'u'], 'Choose one: --list, --generation, --at or --new-epoch.'],
    [['--user', 'u', '--generation', '1'], '--generation needs --object.'],
    [['--object', 'a', '--kind', 'audiences', '--list'], '--kind and --month need --user.'],
    [['--user', 'u', '--at', 'yesterday'], '--at must be a time with its zone'],
    [['--user', 'u', '--at', '2025-05-28'], '--at must be a time with its zone'],
    [['--user', 'u', '--month', 'May', '--new-epoch'], '--month must look like 2025-05.'],
    [['--user', 'u', '--new-epoch', '--record', 'r'], 'remove --record.'],
    [['--user', 'u', '--new-epoch', '--yes', '--dry-run'], 'Choose one: --dry-run or --yes.'],
    [['--all', '--at', '2025-05-28T12:00:00Z'], 'restore one user at a time.'],
  ] as const) {
    expect(() => requestOf(inputOf(RESTORE_COMMAND, wrong))).toThrow(why)
  }
})

longTest('a command that fails exits with 1 and shows no stack', async () => {
  const data_dir = await temporaryFolder()
  const { code, err, out } = await runCommand('restore', ['--user', 'u', '--new-epoch', '--data', data_dir])
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain('The bucket keeps no generation of a selected object.')
  expect(err).not.toMatch(/\n\s+at /)
})

longTest('a wrong combination of options exits with 2 and shows the usage', async () => {
  const { code, err, out } = await runCommand('restore', ['--user', 'u', '--all', '--list'])
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(/^Choose one: --object, --user or --all\.\nUsage: npm run restore -- /)
})
