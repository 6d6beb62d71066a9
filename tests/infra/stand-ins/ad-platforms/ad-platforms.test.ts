import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { behaviourOf } from '#infra/stand-ins/ad-platforms/behaviours.ts'
import { type AdPlatformsStandIn, startAdPlatforms } from '#infra/stand-ins/ad-platforms/server.ts'
import { adPlatformSettings } from '#shared/ad-platforms/settings.ts'
import { ManualClock } from '#tests/http/manual-clock.ts'
import { bodyOf } from '#tests/http/harness.ts'

const clock = new ManualClock(0)
let stand_in: AdPlatformsStandIn
beforeEach(async () => {
  stand_in = await startAdPlatforms({ clock })
})
afterEach(() => stand_in.close())

const segments = (token: string, advertiser = 'abc', init: RequestInit = {}) =>
  fetch(`${stand_in.url}/the_trade_desk/v3/crmdata/segment/${advertiser}`, {
    redirect: 'manual',
    ...init,
    headers: { 'TTD-Auth': token },
  })

const tiktok = (token: string, advertiser_id: string) =>
  fetch(`${stand_in.url}/tiktok/advertiser/info/?advertiser_ids=["${advertiser_id}"]`, {
    headers: { 'Access-Token': token },
  })

describe('the ad platforms stand-in', () => {
  test('its environment has every address that the adapters know, and nothing else', () => {
    const names = Object.keys(adPlatformSettings).filter((name) => name.endsWith('_URL'))
    expect(Object.keys(stand_in.environment).sort()).toEqual(names.sort())
    for (const url of Object.values(stand_in.environment)) expect(url.startsWith(stand_in.url)).toBe(true)
  })

  test('behaves as the beginning of the secret says', async () => {
    expect((await segments('good-anything')).status).toBe(200)
    expect((await segments('bad-token')).status).toBe(401)
    expect((await segments('whatever')).status).toBe(401)
    expect((await segments('rate-limited-1')).status).toBe(429)
    expect((await segments('unavailable')).status).toBe(503)
    expect((await segments('redirect')).headers.get('location')).toBe('/the_trade_desk/elsewhere')
    expect((await (await segments('huge')).text()).length).toBeGreaterThan(64 * 1024)
    await expect(segments('down')).rejects.toThrow('fetch failed')
    expect(behaviourOf('RATE_LIMITED_KEY')).toBe('rate-limited')
  })

  test('an account that ends in 0000 is somebody else’s, one in 9999 does not exist', async () => {
    expect((await segments('good', 'adv0000')).status).toBe(403)
    expect((await segments('good', 'adv9999')).status).toBe(404)
  })

  test('TikTok fails with HTTP 200 and a code', async () => {
    for (const [token, advertiser, code] of [
      ['good', '1', 0],
      ['bad-token', '1', 40105],
      ['rate-limited', '1', 40100],
      ['good', '10000', 40001],
      ['good', '19999', 40300],
    ] as const) {
      const answer = await tiktok(token, advertiser)
      expect(answer.status).toBe(200)
      expect(await bodyOf(answer)).toMatchObject({ code })
    }
  })

  test('a slow platform answers after half a minute', async () => {
    const answer = segments('slow')
    await expect.poll(() => stand_in.requests).toHaveLength(1)
    clock.advance(30_000)
    expect((await answer).status).toBe(200)
  })

  test('faults go before what the secret says, as often as they are meant to', async () => {
    stand_in.faults.add({ platform: 'the_trade_desk', behaviour: 'unavailable', times: 2 })
    stand_in.faults.add({ platform: 'tiktok', behaviour: 'unavailable', path: '/nothing' })
    expect((await segments('good')).status).toBe(503)
    expect((await segments('good')).status).toBe(503)
    expect((await segments('good')).status).toBe(200)
    expect((await tiktok('good', '1')).status).toBe(200)
    stand_in.faults.add({ platform: 'the_trade_desk', behaviour: 'rate-limited' })
    stand_in.faults.reset()
    expect((await segments('good')).status).toBe(200)
  })

  test('records what was asked, without the secrets', async () => {
    await segments('good-and-very-secret')
    await fetch(`${stand_in.url}/google_ads/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'very-secret', client_id: 'id' }),
    })
    const [first, second] = stand_in.requests
    expect(first).toMatchObject({ platform: 'the_trade_desk', path: '/v3/crmdata/segment/abc' })
    expect(second?.body).toEqual({ grant_type: 'refresh_token', refresh_token: '(secret)', client_id: 'id' })
    expect(JSON.stringify(stand_in.requests)).not.toContain('very-secret')
  })

  test('there is nothing beside the platforms', async () => {
    for (const path of ['/', '/myspace/me', '/meta/other', '/constructor/x']) {
      expect((await fetch(stand_in.url + path, { headers: { Authorization: 'Bearer good' } })).status).toBe(404)
    }
  })

  test('closing gives up what is slow', async () => {
    const leave = async () => {
      await expect.poll(() => stand_in.requests).toHaveLength(1)
      await stand_in.close()
    }
    await Promise.all([expect(segments('slow')).rejects.toThrow('fetch failed'), leave()])
    stand_in = await startAdPlatforms({ clock })
  })
})
