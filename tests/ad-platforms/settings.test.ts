import { describe, expect, test } from 'vitest'

import { adPlatformSettings } from '#shared/ad-platforms/settings.ts'
import { readSettings, SettingsError } from '#shared/settings/settings.ts'

const read = (environment: Record<string, string>) => readSettings(adPlatformSettings, environment)

describe('where the platforms are', () => {
  test('is fixed, and https, without any setting', () => {
    const settings = read({})
    const urls = Object.entries(settings).filter(([name]) => name.endsWith('_URL'))
    const unset = urls.filter(([, url]) => url === undefined).map(([name]) => name)
    expect(unset.join(' ')).toMatch(/^(AD_PLATFORM_(AMAZON_DSP|AMAZON_DSP_TOKEN|LIVERAMP)_URL ?){3}$/)
    expect(urls.filter(([, url]) => url?.startsWith('https://') === false)).toEqual([])
    expect(settings.AD_PLATFORM_THE_TRADE_DESK_URL).toBe('https://api.thetradedesk.com')
  })

  test('may be a stand-in on this machine, or another https address', () => {
    const settings = read({
      AD_PLATFORM_META_URL: 'http://127.0.0.1:9100/meta/',
      AD_PLATFORM_TIKTOK_URL: 'https://business-api.tiktok.com/open_api/v1.4',
    })
    expect(settings.AD_PLATFORM_META_URL).toBe('http://127.0.0.1:9100/meta')
    expect(settings.AD_PLATFORM_TIKTOK_URL).toBe('https://business-api.tiktok.com/open_api/v1.4')
  })

  test.each([
    'http://example.com',
    'ftp://127.0.0.1/x',
    'https://user:pass@example.com',
    'https://example.com/?a=b',
    'https://example.com/#x',
    'example.com',
  ])('is never %s', (url) => {
    expect(() => read({ AD_PLATFORM_META_URL: url })).toThrow(SettingsError)
  })

  test('on the cloud a stand-in refuses to start', () => {
    for (const name of ['AD_PLATFORM_META_URL', 'AD_PLATFORM_AMAZON_DSP_URL', 'AD_PLATFORM_LIVERAMP_URL']) {
      expect(() => read({ K_SERVICE: 'platforms', [name]: 'http://127.0.0.1:9100/x' })).toThrow(name)
    }
    expect(() => read({ K_SERVICE: 'platforms' })).not.toThrow()
  })
})
