import { expect, test } from 'vitest'

import { connected, PATH, platformsInTest, saved, SECRET } from './harness.ts'

/** The faults of the old system that platforms could have again (product.md): one test each. */

test('`active` never matched `connected` platforms: now it does, and `inactive` matches disconnected ones', async () => {
  const running = await platformsInTest()
  const on = await connected(running)
  const off = await saved(running, { status: 'inactive' })
  await saved(running)
  const found = async (status: string) => {
    const { body } = await running.call('GET', `${PATH}?status=${status}`)
    return body.platforms.map(({ platform_id }) => platform_id)
  }
  expect(await found('active')).toEqual([on.platform_id])
  expect(await found('connected')).toEqual([on.platform_id])
  expect(await found('inactive')).toEqual([off.platform_id])
  expect(await found('all')).toHaveLength(3)
})

test('credentials stored in clear and returned in full: now no answer has them, and an end of the id alone shows', async () => {
  const running = await platformsInTest()
  const { platform_id } = await connected(running)
  for (const path of [PATH, `${PATH}/${platform_id}`]) {
    const { text } = await running.call('GET', path)
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain('advertiser-1234')
    expect(text).not.toContain('ciphertext')
    expect(text).toContain('…1234')
  }
})

test('“test connection” was a random number: now the same credentials always give the platform’s own answer', async () => {
  const running = await platformsInTest()
  const good = await saved(running)
  const bad = await saved(running, { credentials: { api_key: 'bad-token', account_id: 'a' } })
  for (let i = 0; i < 5; i++) {
    expect((await running.call('POST', `${PATH}/${good.platform_id}/test`)).body).toMatchObject({ ok: true })
    expect((await running.call('POST', `${PATH}/${bad.platform_id}/test`)).body).toMatchObject({ ok: false })
  }
  expect(running.ad_platforms.requests).toHaveLength(10)
})
