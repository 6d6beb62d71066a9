import { describe, expect, test } from 'vitest'

import { keepingSettings } from '#functions/maintenance/settings.ts'
import { edgeSettings, serverSettings, storageSettings } from '#shared/settings/edge-settings.ts'
import { endpointFault } from '#shared/settings/endpoints.ts'
import {
  type Environment,
  readSettings,
  SettingsError,
  settingsExample,
  settingsMarkdown,
} from '#shared/settings/settings.ts'

const ALL = { ...edgeSettings, ...serverSettings, ...storageSettings, ...keepingSettings }
const GOOD: Environment = {
  OIDC_ISSUERS: '[{"issuer":"https://issuer.example.com","audiences":["app"]}]',
  USER_HASH_SALT: 'sixteen characters',
  GCS_BUCKET: 'activation',
}

/** The names of the settings refused in GOOD changed by `change`, with what is said of each. */
function faults(change: Environment): Record<string, string> {
  try {
    readSettings(ALL, { ...GOOD, ...change })
    return {}
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return Object.fromEntries(error.faults.map(({ name, message }) => [name, message]))
  }
}

const issuers = (...list: object[]) => ({ OIDC_ISSUERS: JSON.stringify(list) })
const ISSUER = { issuer: 'https://issuer.example.com', audiences: ['app'] }

describe('settings', () => {
  test('come with their types and defaults; an empty variable is not set', () => {
    const settings = readSettings(ALL, {
      ...GOOD,
      PORT: '',
      ALLOWED_ORIGINS: ' https://a.example.com ,https://b.example.com,',
    })
    expect(settings).toMatchObject({
      PORT: 8080,
      LOG_LEVEL: 'INFO',
      K_REVISION: 'local',
      STORAGE_BACKEND: 'parquet',
      ALLOWED_ORIGINS: ['https://a.example.com', 'https://b.example.com'],
      OPERATOR_ACCOUNTS: [],
      OIDC_ISSUERS: [{ ...ISSUER, algorithms: ['RS256'] }],
      STORAGE_API_ENDPOINT: undefined,
    })
  })

  test('that are bad are all named in one readable message', () => {
    const change = { OIDC_ISSUERS: undefined, USER_HASH_SALT: 'short', PORT: 'x', GCS_BUCKET: 'Not A Bucket' }
    expect(faults(change)).toEqual({
      OIDC_ISSUERS: 'is required',
      USER_HASH_SALT: 'must have at least 16 characters',
      PORT: 'must be a port number, a whole number from 0 to 65535',
      GCS_BUCKET: 'must be the name of a bucket',
    })
    expect(() => readSettings(ALL, { ...GOOD, ...change })).toThrow(
      'The environment has bad settings:\n  OIDC_ISSUERS is required\n  USER_HASH_SALT must have',
    )
  })

  test.each(['-1', '8080.5', ' ', '65536', 'abc', '1e3', '0x1F', ' 8080', '+80', 'NaN', '9'.repeat(400)])(
    'are whole numbers in digits alone where a number is meant, not %j',
    (text) => {
      const days = 'must be a whole number of days from 0 to 36500'
      expect(faults({ PORT: text, RETENTION_IDLE_DAYS: text, PURGE_AFTER_DAYS: text })).toEqual({
        PORT: 'must be a port number, a whole number from 0 to 65535',
        RETENTION_IDLE_DAYS: days,
        PURGE_AFTER_DAYS: days,
      })
    },
  )

  test.each(['-1', '1.5', ' ', 'abc', '1e9', '9007199254740993'])('are bytes in digits alone, not %j', (text) => {
    expect(faults({ CACHE_BYTES: text })).toEqual({ CACHE_BYTES: 'must be a whole number of bytes' })
  })

  test('refuse origins that are no origins, and accounts that are no addresses', () => {
    for (const origin of ['*', 'https://a.example.com/', 'a.example.com', 'null']) {
      expect(faults({ ALLOWED_ORIGINS: origin })).toHaveProperty('ALLOWED_ORIGINS')
    }
    expect(faults({ OPERATOR_ACCOUNTS: 'everyone' })).toHaveProperty('OPERATOR_ACCOUNTS')
  })

  test('refuse issuers that are unclear: none or two primary ones, one alias or issuer twice, a shared-secret algorithm', () => {
    const other = { ...ISSUER, issuer: 'https://other.example.com' }
    for (const list of [
      [],
      [ISSUER, other],
      [{ ...ISSUER, alias: 'a' }],
      [ISSUER, { ...other, alias: 'a' }, { ...other, issuer: 'https://third.example.com', alias: 'a' }],
      [ISSUER, { ...ISSUER, alias: 'a' }],
      [{ ...ISSUER, algorithms: ['HS256'] }],
      [{ ...ISSUER, algorithms: ['none'] }],
      [{ ...ISSUER, audiences: [] }],
      [ISSUER, { ...other, alias: 'a:b' }],
      [{ ...ISSUER, secret: 'x' }],
    ]) {
      expect([list, faults(issuers(...list))]).toEqual([list, { OIDC_ISSUERS: expect.any(String) as string }])
    }
    expect(faults(issuers(ISSUER, { ...other, alias: 'google' }))).toEqual({})
  })

  test('name an issuer by its address or, as Google writes it, without a scheme; both are the same issuer', () => {
    const google = { ...ISSUER, issuer: 'accounts.google.com' }
    expect(faults(issuers(google))).toEqual({})
    expect(faults({ ...issuers(google), K_SERVICE: 'audiences' })).toEqual({})
    const twice = issuers(google, { ...google, issuer: 'https://accounts.google.com', alias: 'google' })
    expect(faults(twice)).toEqual({ OIDC_ISSUERS: 'must not name an issuer twice' })
    for (const issuer of ['localhost', '', 'ftp://a.example.com', 'a b.example.com', '//accounts.google.com', 'a..b']) {
      expect([issuer, faults(issuers({ ...ISSUER, issuer }))]).toEqual([
        issuer,
        { OIDC_ISSUERS: expect.any(String) as string },
      ])
    }
    expect(faults({ ...issuers({ ...ISSUER, issuer: '127.0.0.1' }), K_SERVICE: 'audiences' })).toHaveProperty(
      'OIDC_ISSUERS',
    )
  })

  test('refuse issuers that are not JSON', () => {
    expect(faults({ OIDC_ISSUERS: 'issuer.example.com' })).toEqual({ OIDC_ISSUERS: 'must be JSON' })
  })

  test('refuse BigQuery as the backend, and say why', () => {
    expect(faults({ STORAGE_BACKEND: 'bigquery' })['STORAGE_BACKEND']).toMatch(/no preconditions.*external tables/)
    expect(faults({ STORAGE_BACKEND: 'csv' })).toEqual({ STORAGE_BACKEND: 'must be parquet' })
  })
})

describe('on the cloud (K_SERVICE set)', () => {
  const local = 'http://127.0.0.1:9000'

  test('stand-ins are refused, each by name; without it they are what the local runtime uses', () => {
    const change = {
      ...issuers({ ...ISSUER, jwks_url: 'http://localhost:8080/jwks' }),
      STORAGE_API_ENDPOINT: local,
      FUNCTION_URL: 'http://localhost:8080',
    }
    expect(faults(change)).toEqual({})
    expect(Object.keys(faults({ ...change, K_SERVICE: 'audiences' })).sort()).toEqual([
      'FUNCTION_URL',
      'OIDC_ISSUERS',
      'STORAGE_API_ENDPOINT',
    ])
    expect(faults({ K_SERVICE: 'audiences' })).toEqual({})
  })

  test('addresses of this machine are known in every spelling', () => {
    const spellings = [
      'localhost',
      'LOCALHOST.',
      'x.localhost',
      '127.0.0.1',
      '127.1',
      '0x7f.1',
      '2130706433',
      '0.0.0.0',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '169.254.169.254',
    ]
    for (const host of spellings) expect([host, endpointFault(`https://${host}/x`)]).toEqual([host, expect.any(String)])
    for (const address of ['http://storage.googleapis.com', 'ftp://x', 'x', '']) {
      expect([address, endpointFault(address)]).toEqual([address, expect.any(String)])
    }
    for (const host of ['storage.googleapis.com', 'localhost.example.com', '10.0.0.1', '[2001:db8::1]']) {
      expect([host, endpointFault(`https://${host}/x`)]).toEqual([host, undefined])
    }
  })
})

describe('the settings as documents', () => {
  test('list every setting with default and meaning', () => {
    const table = settingsMarkdown(ALL)
    for (const name of Object.keys(ALL)) expect(table).toContain(`| \`${name}\` |`)
    expect(table).toContain('| `PORT` | `8080` |')
    expect(table).toContain('| `USER_HASH_SALT` | required |')
    expect(table).toContain('| `ALLOWED_ORIGINS` | none |')
  })

  test('as .env.example are settings that are accepted', () => {
    const text = settingsExample(ALL)
    const lines = text.split('\n').filter((line) => /^(# )?[A-Z_]+=./.test(line))
    const environment = Object.fromEntries(
      lines.map((line) => {
        const [name = '', ...value] = line.replace('# ', '').split('=')
        return [name, value.join('=')]
      }),
    )
    expect(Object.keys(environment)).toContain('OIDC_ISSUERS')
    expect(() => readSettings(ALL, environment)).not.toThrow()
  })
})
