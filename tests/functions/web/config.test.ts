import * as z from 'zod'
import { describe, expect, test } from 'vitest'

import { appConfig, CALLED_FUNCTIONS } from '#shared/contract/app-config.ts'
import type { Environment } from '#shared/settings/settings.ts'
import { bodyOf } from '#tests/http/harness.ts'
import { ENVIRONMENT, filesOfRelease, GOOGLE_CLIENT_ID, startWeb, writeBuild } from './harness.ts'

/** What the app and its browser are told of one environment. */
async function told(environment: Environment, release = 'one') {
  const { load } = await startWeb({ APP_DIR: await writeBuild(filesOfRelease(release)), ...environment })
  const page = await load('/')
  const config = await bodyOf(await load('/config.json'))
  const policy = page.headers.get('content-security-policy')!.split('; ')
  const sources = new Map(policy.map((rule) => [rule.split(' ')[0]!, rule.split(' ').slice(1)]))
  return { headers: page.headers, etag: page.headers.get('etag'), config, sources }
}

const API_ORIGINS = JSON.stringify(
  Object.fromEntries(CALLED_FUNCTIONS.map((name) => [name, `https://${name}.example.com/`])),
)
const EVERYTHING = {
  API_ORIGINS,
  GOOGLE_CLIENT_ID,
  SUGGESTION_URL: 'https://suggest.example.com/variables?v=1',
  SIZE_URL: 'https://size.example.com/segments',
  SUPPORT_CONTACT: 'help@example.com',
  FEEDBACK_CONTACT: 'https://forms.example.com/activation',
}

describe('/config.json', () => {
  test('has what the settings say, as the app reads it', async () => {
    const { config } = await told(EVERYTHING)
    expect(z.parse(appConfig, config)).toEqual(config)
    expect(config).toMatchObject({
      origins: { sync: 'https://sync.example.com/' },
      issuer: 'https://accounts.google.com',
      sign_in: { kind: 'google', client_id: GOOGLE_CLIENT_ID },
      suggestion_url: EVERYTHING.SUGGESTION_URL,
      size_url: EVERYTHING.SIZE_URL,
      support_contact: 'help@example.com',
      feedback_contact: 'https://forms.example.com/activation',
    })
  })

  test('of an environment that sets nothing: one origin, and guests', async () => {
    const { config } = await told({})
    const { app_version, ...rest } = z.parse(appConfig, config)
    expect(rest).toEqual({ origins: '', issuer: 'https://accounts.google.com', sign_in: { kind: 'none' } })
    expect(app_version).not.toBe((await told({}, 'two')).config['app_version'])
  })

  test('has a demo account where a token URL is set', async () => {
    const token_url = 'http://localhost:8080/local/token'
    const { config } = await told({ DEMO_TOKEN_URL: token_url })
    expect(z.parse(appConfig, config).sign_in).toMatchObject({
      kind: 'demo',
      token_url,
      account: { user_id: 'demo_user' },
    })
  })
})

describe('the policy of the page', () => {
  test('is strict: it loads and calls its own origin, runs nothing inline, and writes no HTML from text', async () => {
    const { headers, sources } = await told({})
    expect(sources.get('default-src')).toEqual(["'none'"])
    for (const own of ['script-src', 'style-src', 'connect-src', 'font-src', 'worker-src', 'manifest-src']) {
      expect([own, sources.get(own)]).toEqual([own, ["'self'"]])
    }
    for (const none of ['base-uri', 'form-action', 'frame-ancestors', 'frame-src']) {
      expect([none, sources.get(none)]).toEqual([none, ["'none'"]])
    }
    expect(sources.get('require-trusted-types-for')).toEqual(["'script'"])
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*|http/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
  })

  test('lets it call the origins in its configuration, and no more of them than their origin', async () => {
    const { sources } = await told({ ...EVERYTHING, GOOGLE_CLIENT_ID: '' })
    expect(sources.get('connect-src')).toEqual([
      "'self'",
      ...CALLED_FUNCTIONS.map((name) => `https://${name}.example.com`),
      'https://suggest.example.com',
      'https://size.example.com',
    ])
    expect(sources.get('script-src')).toEqual(["'self'"])
  })

  test("has Google's sources when users sign in with Google, whose script knows no Trusted Types", async () => {
    const { headers, sources } = await told(EVERYTHING)
    expect(sources.get('script-src')).toEqual(["'self'", 'https://accounts.google.com/gsi/client'])
    expect(sources.get('style-src')).toEqual(["'self'", 'https://accounts.google.com/gsi/style'])
    expect(sources.get('frame-src')).toEqual(['https://accounts.google.com/gsi/'])
    expect(sources.get('connect-src')).toContain('https://accounts.google.com/gsi/')
    expect(sources.has('require-trusted-types-for')).toBe(false)
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin-allow-popups')
  })

  test("has the sources of a stand-in for Google's script instead of Google's, and never on the cloud", async () => {
    const GOOGLE_SCRIPT_URL = 'http://127.0.0.1:9003/gsi/client'
    const { config, sources } = await told({ ...EVERYTHING, GOOGLE_SCRIPT_URL })
    expect(z.parse(appConfig, config).sign_in).toMatchObject({ kind: 'google', script_url: GOOGLE_SCRIPT_URL })
    expect(sources.get('script-src')).toEqual(["'self'", GOOGLE_SCRIPT_URL])
    expect(sources.get('style-src')).toEqual(["'self'", 'http://127.0.0.1:9003/gsi/style'])
    expect(sources.get('frame-src')).toEqual(['http://127.0.0.1:9003/gsi/'])
  })

  test('is part of what the page is asked about: with another policy it is sent again', async () => {
    const [one, other] = [await told({}), await told({ SIZE_URL: EVERYTHING.SIZE_URL })]
    expect(one.etag).not.toBe(other.etag)
  })
})

describe('a setting is refused at the start:', () => {
  const refusal = async (environment: Environment): Promise<string> => {
    const started = startWeb({ APP_DIR: await writeBuild(filesOfRelease('one')), ...environment })
    return started.then(
      () => 'it started',
      (error: Error) => error.message,
    )
  }

  test('a client id that no function accepts tokens for', async () => {
    expect(await refusal({ GOOGLE_CLIENT_ID: '9-x.apps.googleusercontent.com' })).toMatch(
      /must be an audience of .* in OIDC_ISSUERS/,
    )
    expect(await refusal({ GOOGLE_CLIENT_ID: 'abc' })).toMatch(/GOOGLE_CLIENT_ID must be a client id such as/)
  })

  test('origins that lack a function, or are no addresses', async () => {
    expect(await refusal({ API_ORIGINS: '{"sync":"https://sync.example.com"}' })).toMatch(/API_ORIGINS/)
    expect(await refusal({ API_ORIGINS: 'https://api.example.com' })).toContain('API_ORIGINS must be JSON')
    expect(await refusal({ SIZE_URL: 'javascript:alert(1)' })).toContain('SIZE_URL must be an http(s) address')
    expect(await refusal({ FEEDBACK_CONTACT: 'ask us' })).toContain(
      'FEEDBACK_CONTACT must be an email address or an https address',
    )
    expect(await refusal({ SUPPORT_CONTACT: 'javascript:alert(1)' })).toContain(
      'SUPPORT_CONTACT must be an email address or an https address',
    )
  })

  test('on the cloud, an address without https', async () => {
    const { OIDC_ISSUERS } = ENVIRONMENT
    const cloud = { OIDC_ISSUERS, K_SERVICE: 'web', FUNCTION_URL: 'https://web.example.com' }
    expect(await refusal({ ...cloud, SIZE_URL: 'http://size.example.com' })).toMatch(
      /SIZE_URL must be an https address/,
    )
    for (const GOOGLE_SCRIPT_URL of ['http://127.0.0.1:9003/gsi/client', 'https://example.com/gsi/client']) {
      expect(await refusal({ ...cloud, GOOGLE_SCRIPT_URL })).toMatch(/GOOGLE_SCRIPT_URL must/)
    }
    expect(await refusal({ ...cloud, DEMO_TOKEN_URL: 'http://localhost:8080/local/token' })).toMatch(/DEMO_TOKEN_URL/)
  })
})
