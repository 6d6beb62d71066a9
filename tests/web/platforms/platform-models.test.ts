import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'

import { CREDENTIAL_FORMS, missingOf, typedCredentials } from '#functions/web/app/pages/platforms/credential-forms.ts'
import {
  adviceOf,
  averageMatchRate,
  inOrder,
  scheduledInWords,
} from '#functions/web/app/pages/platforms/platform-facts.ts'
import { settingsOf, typedSettings } from '#functions/web/app/pages/platforms/platform-settings.ts'
import type { Distribution, Platform, Shown } from '#functions/web/app/store/records.ts'
import { AD_PLATFORMS, type AdPlatformType } from '#shared/ad-platforms/ad-platforms.ts'
import { TEST_CODES } from '#shared/ad-platforms/test-outcome.ts'
import { PLATFORM_TYPES } from '#shared/records/platform.ts'

describe('the form of keys', () => {
  test.each(PLATFORM_TYPES)('of %s asks for the fields that the service reads, and for no other', (type) => {
    const { fields, account } = CREDENTIAL_FORMS[type]
    const rules = fieldsOf(type)
    expect(Object.fromEntries(fields.map(({ name, is_optional = false }) => [name, is_optional]))).toEqual(
      Object.fromEntries(rules.map(({ name, is_optional }) => [name, is_optional])),
    )
    const with_choices = fields.filter(({ options }) => options)
    expect(Object.fromEntries(with_choices.map(({ name, options = {} }) => [name, Object.keys(options)]))).toEqual(
      Object.fromEntries(rules.flatMap(({ name, choices }) => (choices ? [[name, choices]] : []))),
    )
    const shown: readonly string[] = AD_PLATFORMS[type].shown_fields
    expect(shown).toContain(account.field)
    // What may be shown in part afterwards need not be typed unseen; everything else must.
    const unseen = fields.filter(({ is_secret }) => is_secret).map(({ name }) => name)
    expect(unseen.filter((name) => shown.includes(name))).toEqual([])
  })

  test('sends what was typed without the spaces around it, and leaves out what is empty', () => {
    const typed = { account_id: ' 7719 ', access_token: 'abc', app_secret: '  ' }
    expect(typedCredentials(CREDENTIAL_FORMS.meta, typed)).toEqual({ account_id: '7719', access_token: 'abc' })
  })

  test('names what is missing in the words of its labels, and nothing that is optional', () => {
    expect(missingOf(CREDENTIAL_FORMS.meta, {})).toEqual({
      account_id: 'Enter the ad account ID.',
      access_token: 'Enter the access token.',
    })
    expect(missingOf(CREDENTIAL_FORMS.the_trade_desk, {})['api_key']).toBe('Enter the API token.')
    expect(missingOf(CREDENTIAL_FORMS.amazon_dsp, {})['region']).toBe('Choose the region.')
  })
})

describe('the average match rate', () => {
  test('is a word as long as nothing was sent, or nothing reported, and a reported 0 is a rate', () => {
    expect(averageMatchRate([])).toEqual({ words: 'Nothing sent yet', is_unknown: true })
    expect(averageMatchRate([{ match_rate: null } as Distribution])).toMatchObject({ words: 'Not reported yet' })
    const sends = [{ match_rate: 0 }, { match_rate: null }, { match_rate: 0.5 }] as Distribution[]
    expect(averageMatchRate(sends)).toEqual({ words: '25.0\u00A0%', is_unknown: false })
  })
})

test('platforms that need somebody come first, the others by name, with numbers in their order', () => {
  const platforms = [shown('Meta 10', 'connected'), shown('Meta 9', 'pending'), shown('Zed', 'error')]
  expect(inOrder(platforms).map(({ record }) => record.name)).toEqual(['Zed', 'Meta 9', 'Meta 10'])
})

describe('a failed test', () => {
  test.each(TEST_CODES.filter((code) => code !== 'ok'))(
    'with the code %s says what happened and what to do',
    (code) => {
      const last_test = { at: '2026-11-16T09:00:00.000Z', ok: false, code, message: '' }
      for (const platform_type of PLATFORM_TYPES) {
        const { title, asks_for_keys, steps } = adviceOf({ platform_type, last_test } as Platform, 0)
        expect(title).not.toBe('')
        expect(steps.length).toBeGreaterThan(0)
        expect(asks_for_keys).toBe(['bad_token', 'no_access', 'wrong_account'].includes(code))
      }
    },
  )
})

test('sends that a platform is to get are told before it is deleted or disconnected', () => {
  const scheduled = { status: 'scheduled' } as Distribution
  expect(scheduledInWords([{ status: 'failed' } as Distribution])).toBeUndefined()
  expect(scheduledInWords([scheduled])).toBe('1 send is scheduled')
  expect(scheduledInWords([scheduled, scheduled])).toBe('2 sends are scheduled')
})

describe('settings', () => {
  test('are typed as they are stored, and stored as they were typed', () => {
    const settings = { default_match_rate: 0.625, auto_refresh: true, refresh_frequency: 'weekly' }
    const typed = typedSettings({ name: 'Meta', settings })
    expect(typed).toEqual({ name: 'Meta', match_percent: '62.5', refresh: 'weekly' })
    expect(settingsOf(typed)).toEqual({ ok: true, set: { name: 'Meta', settings } })
  })

  test('without a rhythm are those of the service, which takes a week', () => {
    expect(typedSettings({ name: 'Meta', settings: { auto_refresh: true } }).refresh).toBe('weekly')
    expect(typedSettings({ name: 'Meta', settings: { refresh_frequency: 'daily' } }).refresh).toBe('off')
  })

  test('that say nothing are stored as nothing, never as 0', () => {
    expect(settingsOf({ name: 'Meta', match_percent: ' ', refresh: 'off' })).toMatchObject({
      set: { settings: { default_match_rate: null, auto_refresh: false, refresh_frequency: null } },
    })
  })

  test.each(['101', '-1', 'many', '1e1', '10.'])('of %s per cent are refused beside their field', (match_percent) => {
    expect(settingsOf({ name: 'Meta', match_percent, refresh: 'off' })).toMatchObject({
      ok: false,
      errors: { match_percent: expect.stringContaining('0 to 100') as string },
    })
  })

  test.each([
    ['62,5', 0.625],
    ['62.5 %', 0.625],
    ['0', 0],
  ])('read %s as a rate', (match_percent, rate) => {
    expect(settingsOf({ name: 'Meta', match_percent, refresh: 'off' })).toMatchObject({
      set: { settings: { default_match_rate: rate } },
    })
  })
})

function shown(name: string, status: Platform['status']): Shown<'platform'> {
  return { id: name, record: { name, status } as Platform, is_deleted: false, waiting: 0, aside: [] }
}

interface FieldRule {
  readonly name: string
  readonly is_optional: boolean
  readonly choices: readonly string[] | undefined
}

function fieldsOf(type: AdPlatformType): readonly FieldRule[] {
  const { properties = {}, required = [] } = z.toJSONSchema(AD_PLATFORMS[type].credentials, { unrepresentable: 'any' })
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    is_optional: !required.includes(name),
    choices: typeof schema === 'object' && Array.isArray(schema.enum) ? schema.enum.map(String) : undefined,
  }))
}
