import { describe, expect, test } from 'vitest'

import { AUDIENCES_IMPORT } from '#infra/operate/import/kinds/audiences.ts'
import { DISTRIBUTIONS_IMPORT } from '#infra/operate/import/kinds/distributions.ts'
import type { ImportKind } from '#infra/operate/import/kinds/import-kind.ts'
import { PLATFORMS_IMPORT } from '#infra/operate/import/kinds/platforms.ts'
import { isSecretName } from '#infra/operate/import/secrets/names.ts'
import { withoutSecrets } from '#infra/operate/import/secrets/secrets.ts'
import { withoutSecretShapes } from '#infra/operate/import/secrets/shapes.ts'
import { fc, runs } from '#tests/support/seeds.ts'
import { audience, bench, expectCounts, folderOf } from './import-fixture.ts'

const KINDS: [string, ImportKind][] = [
  ['audience', AUDIENCES_IMPORT],
  ['platform', PLATFORMS_IMPORT],
  ['distribution', DISTRIBUTIONS_IMPORT],
]
const SECRET = 'hunter2-8261'
const base64 = (text: string) => Buffer.from(text).toString('base64')
const base64url = (text: string) => Buffer.from(text).toString('base64url')
const JWT = `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url('{"sub":"1"}')}.${base64url('signature')}`

function cleaned(kind: ImportKind, source: Record<string, unknown>): { kept: string; removed: string[] } {
  const removed: string[] = []
  const kept = withoutSecrets(kind, source, (path) => void removed.push(path))
  return { kept: JSON.stringify(kept), removed }
}

describe('a name tells of a secret', () => {
  test.each(
    (
      'password passwd pwd dbPwd user_pwd userPassword passphrase pass db_pass smtpPass api_key apiKey API-Key APIKEY ' +
      'X-Api-Key x-goog-api-key access_key accessKey private_key privateKeyPem signing_key secret client_secret clientSecret ' +
      'client-secret secrets credential credentials creds awsCreds cookie cookies Set-Cookie session_cookie ' +
      'Authorization Proxy-Authorization authorization_header auth x-auth jwt bearer bearerToken token tokens ' +
      'access_token accessToken accesstoken refresh-token csrfToken developer_token token_value token_prod ' +
      'connection_string connectionString connStr oauth.refresh oauth_refresh password2 old_password password_hash ' +
      'AUTHORIZATION PASSWORD settings.api_key'
    ).split(' '),
  )('%s', (name) => {
    expect(isSecretName(name)).toBe(true)
  })
})

describe('a name that is about a secret, or only has its letters, tells of none', () => {
  test.each(
    (
      'author authority authored co_author secretary secretariat passive passenger bypass compass pass_rate passed ' +
      'token_count tokenCount max_tokens token_type token_url token_expires_at tokenized tokenizer num_tokens ' +
      'authorization_type authorizationType auth_method auth_url authentication_provider cookie_policy cookie_consent ' +
      'cookie_domain cookieless cookie_match_rate password_policy passwordPolicy password_changed_at has_password ' +
      'secret_name secret_version password_protected password_manager_users forgot_password_page api_key_id credential_type credentials_updated_at requires_cookies key keyword ' +
      'keywords monkey primary_key partition_key public_key session_length forebearer bearers_note jwt_algorithm ' +
      'refresh refresh_frequency oauth_scope connection connection_type string basic name status'
    ).split(' '),
  )('%s', (name) => {
    expect(isSecretName(name)).toBe(false)
  })
})

describe.each(KINDS)('of an %s', (_, kind) => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'in a header',
      { request: { headers: { Authorization: `Bearer ${SECRET}`, Accept: 'x' } } },
      '.request.headers.Authorization',
    ],
    ['in a list', { calls: [{ pwd: SECRET }] }, '.calls[].pwd'],
    ['in a cookie', { cookie: `sid=${SECRET}` }, '.cookie'],
    ['in credentials', { creds: { user: 'u', key: SECRET } }, '.creds'],
    ['in an object that has other things too', { oauth: { scope: 'ads', refresh: SECRET } }, '.oauth.refresh'],
    ['deep in such an object', { oauth: { google: { expires_in: 5, code: SECRET } } }, '.oauth.google.code'],
    ['in a connection string', { connection_string: `Server=x;User=y;${SECRET}` }, '.connection_string'],
    ['as a pair of name and value', { headers: [{ name: 'X-Api-Key', value: SECRET }] }, '.headers[].value'],
    [
      'as a list of pairs',
      {
        headers: [
          ['Cookie', SECRET],
          ['Accept', 'x'],
        ],
      },
      '.headers[][]',
    ],
    ['as raw headers', { rawHeaders: ['Accept', 'x', 'Authorization', SECRET] }, '.rawHeaders[]'],
    ['in JSON in a text', { body: JSON.stringify({ login: { password: SECRET } }) }, '.body.login.password'],
    ['in a number', { pwd: 8_261_8261 }, '.pwd'],
    ['in a text', { note: `curl -H "Authorization: Bearer ${SECRET}"` }, '.note'],
    ['behind a weak name', { key: 'f8Kd93Jf9K3jQ93jF93kfZ2' }, '.key'],
  ])('a secret is left out %s, and nothing else', (_title, found, path) => {
    const rest = { note_id: 'kept-1', author: 'kept-2', tags: ['kept-3'] }
    for (const field of ['metadata', 'something_unknown']) {
      const { kept, removed } = cleaned(kind, { [field]: { ...rest, ...found } })
      expect(kept).not.toContain(SECRET)
      expect(kept).not.toMatch(/82618261|f8Kd93/)
      expect(kept).toMatch(/kept-1.*kept-2.*kept-3/)
      expect(removed).toEqual([`${field}${path}`])
    }
    const { kept, removed } = cleaned(kind, { metadata: JSON.stringify({ ...rest, ...found }) })
    expect([kept.includes(SECRET), removed]).toEqual([false, [`metadata${path}`]])
  })

  test('columns that pandas flattened, and unknown columns of text, are filtered too', () => {
    const source = {
      'oauth.refresh': SECRET,
      'error_details.request.headers.Authorization': SECRET,
      authToken: SECRET,
      old_request: `{'api_key': '${SECRET}'}`,
    }
    const { kept, removed } = cleaned(kind, source)
    expect(kept).not.toContain(SECRET)
    expect(removed).toEqual(Object.keys(source))
  })

  test('what looks like a secret stays where it is no secret', () => {
    const source = {
      client_id: 'Bearer abc123def456 and password=x',
      user_id: 'u:p@x',
      metadata: {
        usage: { prompt_tokens: 12, total_tokens: 480, tokens: 5, cookies: 120_000 },
        has_password: true,
        token: null,
        secret: '',
        auth: 'oauth2',
        ids: ['aud_01h455vb4pex5vsknk084sn02q', '6a2f41a3-c54c-fce8-32d2-0324e1c32e22', '23842587529640369'],
        key: 'aud_01h455vb4pex5vsknk084sn02q',
        session_id: '6A2F41A3-c54c-fce8-32d2-0324e1c32e22',
        signature: 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855',
        digest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        partition: { key: 'PartitionKey2025SpringSale' },
        note: 'Bearer authentication failed: the token expired. Basic income; password: must be longer',
        url: 'https://user@host/path?q=a:b@c',
      },
    }
    const { kept, removed } = cleaned(kind, source)
    expect([kept, removed]).toEqual([JSON.stringify(source), []])
  })
})

test('members that segments do not declare are filtered, and declared ones never', () => {
  const segment = { segment_id: 1, name: `Bearer ${SECRET}1`, characteristics: { pwd: SECRET, age: '25-34' } }
  const { kept, removed } = cleaned(AUDIENCES_IMPORT, { segments: [{ ...segment, api_key: SECRET, color: 'red' }] })
  expect(JSON.parse(kept)).toEqual({
    segments: [{ segment_id: 1, name: `Bearer ${SECRET}1`, characteristics: { age: '25-34' }, color: 'red' }],
  })
  expect(removed).toEqual(['segments[].characteristics.pwd', 'segments[].api_key'])
})

test('declared text is not read: a description that is JSON, or has a word and a colon, is as it was', () => {
  const source = {
    description: '{"password": "x"}',
    original_query: 'people with token: abc123def',
    insights: ['pwd=1'],
  }
  expect(cleaned(AUDIENCES_IMPORT, source)).toEqual({ kept: JSON.stringify(source), removed: [] })
})

describe('in an error text', () => {
  test.each([
    [`401 for Bearer ${SECRET}.`, '401 for Bearer [removed].'],
    [`Authorization: Basic ${base64(`user:${SECRET}`)} refused`, 'Authorization: Basic [removed] refused'],
    [`sent ${JWT}, refused`, 'sent [removed], refused'],
    [`connect to postgres://app:${SECRET}@db:5432/x`, 'connect to postgres://[removed]@db:5432/x'],
    [`connect to redis://:p@${SECRET}@db`, 'connect to redis://[removed]@db'],
    [`GET https://x/y?access_token=${SECRET}&v=2`, 'GET https://x/y?access_token=[removed]&v=2'],
    [`Server=tcp:x;Pwd=${SECRET};Encrypt=yes`, 'Server=tcp:x;Pwd=[removed];Encrypt=yes'],
    [`{"password":"${SECRET}","user":"u"`, '{"password":[removed],"user":"u"'],
    [String.raw`body {\"api_key\":\"${SECRET}\",\"v\":1`, String.raw`body {\"api_key\":[removed],\"v\":1`],
    [`{'token': '${SECRET}'`, "{'token': [removed]"],
    [`cut: {"pwd": "${SECRET} and`, 'cut: {"pwd": [removed]'],
    [`Cookie: a=1; sid=${SECRET}\nAccept: x`, 'Cookie: [removed]\nAccept: x'],
    [`<a><Password x="1">${SECRET}</Password></a>`, '<a><Password x="1">[removed]</Password></a>'],
    [`token: ${SECRET} was refused`, 'token: [removed] was refused'],
    [`-----BEGIN RSA PRIVATE KEY-----\nMII${SECRET}\n-----END RSA PRIVATE KEY-----\nend`, '[removed]\nend'],
    [`cut -----BEGIN PRIVATE KEY-----\\nMII${SECRET}`, 'cut [removed]'],
  ])('%s becomes %s', (text, expected) => {
    expect(withoutSecretShapes(text)).toBe(expected)
    expect(cleaned(DISTRIBUTIONS_IMPORT, { error_message: text }).removed).toEqual(['error_message'])
  })

  test.each([
    'Bearer authentication failed',
    'the bearer of good news',
    'Basic plan of the account',
    'invalid token: token expired',
    'password: must be at least 8 characters',
    'token: aud_01h455vb4pex5vsknk084sn02q',
    'key: 23842587529640369',
    'token_count=5, author=Ann, password_policy: strict1',
    'see https://example.com/a:b@c and mailto:x@example.com',
    'eyJoYXQ.of.straw',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    '12:30:45 error 500 at 2025-05-28T12:00:00Z',
  ])('%s stays', (text) => {
    expect(withoutSecretShapes(text)).toBe(text)
  })

  test('what is left has nothing more to leave out, whatever the text', () => {
    const piece = fc.constantFrom(
      'password',
      'token',
      '=',
      ':',
      ' ',
      '"',
      "'",
      '\\',
      '\n',
      'Bearer ',
      SECRET,
      'eyJ',
      '.',
      '://',
      '@',
      'a1b2c3d4',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const once = withoutSecretShapes(pieces.join(''))
        expect(withoutSecretShapes(once)).toBe(once)
      }),
      runs(300),
    )
  })
})

test('no secret of any kind lands in the bucket or the report, which counts them by kind and field', async () => {
  const { run, store } = await bench()
  const request = { headers: { Authorization: `Bearer ${SECRET}` }, status: 401 }
  const from = await folderOf({
    'audiences.json': [
      audience('aud-1', { metadata: { pwd: SECRET, note: `see Bearer ${SECRET}` } }),
      audience('aud-2', { metadata: { pwd: SECRET }, cookie: SECRET, segments: [{ segment_id: 1, creds: SECRET }] }),
      audience('aud-3', { metadata: `{'pwd': '${SECRET}'}` }),
    ],
    'distributions.csv': [
      'distribution_id,user_id,audience_id,platform_id,created_at,status,error,error_details',
      `dist-1,u1,aud-1,plat-1,2025-05-28,failed,password=${SECRET},"${JSON.stringify({ request }).replaceAll('"', '""')}"`,
    ].join('\n'),
    'platforms.json': [
      {
        platform_id: 'plat-1',
        user_id: 'u1',
        type: 'meta',
        name: 'x',
        created_at: '2025-05-28',
        settings: { oauth: { refresh: SECRET } },
      },
    ],
  })
  const report = await run({ from })
  expectCounts(report, { written: 4, refused: 1 })
  expect(report.removed_secrets).toEqual([
    { kind: 'audiences', field: 'metadata.pwd', values: 2 },
    { kind: 'audiences', field: 'metadata.note', values: 1 },
    { kind: 'audiences', field: 'cookie', values: 1 },
    { kind: 'audiences', field: 'segments[].creds', values: 1 },
    { kind: 'platforms', field: 'settings.oauth.refresh', values: 1 },
    { kind: 'distributions', field: 'error_details.request.headers.Authorization', values: 1 },
    { kind: 'distributions', field: 'error_message', values: 1 },
  ])
  const bytes: Uint8Array[] = []
  for (const { name } of await store.list('')) {
    const object = await store.read(name)
    if (object.kind === 'found') bytes.push(object.bytes)
  }
  expect(Buffer.concat(bytes).includes(SECRET)).toBe(false)
  expect(report.toJson('')).not.toContain(SECRET)
})
