import { expect, test } from 'vitest'

import { bundleFunctions } from '#infra/deliver/build/bundle.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'
import { startProcess } from './process.ts'
import { aPlatform, PATH, platformsInTest } from './harness.ts'

test('the bundle that is deployed serves lists and, with the client of the key inside, seals and opens credentials', async () => {
  const running = await platformsInTest()
  const options = { project_root: PROJECT_ROOT, out_dir: running.data_dir, names: ['platforms'] }
  const [bundle] = await bundleFunctions(options)
  const { call } = await startProcess(running, [bundle!.path])
  expect((await call('GET', PATH)).body.platforms).toEqual([])
  const { status, body } = await call('POST', PATH, aPlatform())
  expect(status).toBe(201)
  expect((await call('POST', `${PATH}/${body.platform_id}/test`)).body).toMatchObject({ ok: true })
  expect(running.kms.operations.counts()).toMatchObject({ encrypt: 1, decrypt: 1 })
})
