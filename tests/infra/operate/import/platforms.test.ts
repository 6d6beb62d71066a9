import { createCipheriv, createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { PLATFORMS, SEALED_CREDENTIALS } from '#shared/records/platform.ts'
import { fromRow } from '#shared/records/rows.ts'
import { sealedCredentials } from '#shared/credentials/vault.ts'
import { BUCKET } from '../../stand-ins/gcs/gcs-fixture.ts'
import { bench, expectCounts, folderOf, PERSISTENCE, recordsIn, tableOn, type Bench } from './import-fixture.ts'

const SECRET = 'clear-secret-8261'
const platform = (id: string, more: object = {}) => ({
  platform_id: id,
  user_id: 'u1',
  platform_type: 'thetradedesk',
  name: 'Desk',
  status: 'active',
  credentials: { api_key: SECRET, account_id: 'adv1' },
  created_at: '2025-05-28T12:00:00Z',
  ...more,
})
const platformsOf = ({ store }: Bench, user_id = 'u1') => recordsIn(tableOn(store, PLATFORMS), user_id, PLATFORMS)

async function openedOf({ store, tools }: Bench, platform_id: string): Promise<unknown> {
  const row = await tableOn(store, PLATFORMS).get('u1', platform_id)
  const { [SEALED_CREDENTIALS]: sealed, platform_type } = fromRow(PLATFORMS.columns, row!)
  const binding = { bucket: BUCKET, user_id: 'u1', platform_id, platform_type: String(platform_type) }
  return await tools.vault!.open(sealedCredentials(sealed), binding)
}

async function bytesOf({ store }: Bench): Promise<string> {
  const parts: string[] = []
  for (const { name } of await store.list('')) {
    const object = await store.read(name)
    if (object.kind === 'found') parts.push(Buffer.from(object.bytes).toString('latin1'))
  }
  return parts.join('\n')
}

/** As CryptoJS does it. */
function encrypted(text: string, passphrase: string): string {
  const salt = Buffer.from('12345678')
  const md5 = (before: Buffer) => createHash('md5').update(before).update(passphrase).update(salt).digest()
  const first = md5(Buffer.alloc(0))
  const second = md5(first)
  const cipher = createCipheriv('aes-256-cbc', Buffer.concat([first, second]), md5(second))
  return Buffer.concat([Buffer.from('Salted__'), salt, cipher.update(text), cipher.final()]).toString('base64')
}

test('the old layout: spellings, credentials sealed by the import, connected only after a test', async () => {
  const here = await bench()
  const report = await here.run({ from: PERSISTENCE })
  expect(await platformsOf(here, 'demo_user')).toMatchObject({
    'plat-1': {
      platform_type: 'the_trade_desk',
      status: 'pending',
      last_sync_at: null,
      credentials: { encrypted: true, fields: ['api_key', 'account_id'], hint: { account_id: '…1234' } },
    },
    'plat-2': { platform_type: 'meta', status: 'disconnected', credentials: null },
  })
  const reasons = report.remarks.filter(({ id }) => id === 'plat-1').map(({ reason }) => reason)
  expect(reasons.join()).toMatch(/connected in the source.*credentials were encrypted/)
  expect(await bytesOf(here)).not.toContain('legacy-clear-secret')
})

test('unchanged credentials are not sealed again; new ones and a new key version are', async () => {
  const here = await bench()
  const from = await folderOf({ 'x.json': { platforms: [platform('plat-1')] } })
  expectCounts(await here.run({ from }), { written: 1 })
  expect(await openedOf(here, 'plat-1')).toEqual({ api_key: SECRET, account_id: 'adv1' })
  const second = await here.run({ from })
  expectCounts(second, { unchanged: 1 })
  expect(second.remarks.map(({ reason }) => reason).join()).not.toContain('encrypted')
  here.kms.rotate()
  expectCounts(await here.run({ from, mode: 'verify' }), { unchanged: 1 })
  expectCounts(await here.run({ from, mode: 'dry-run' }), { written: 1 })
  expectCounts(await here.run({ from }), { written: 1 })
  expectCounts(await here.run({ from }), { unchanged: 1 })
  const changed = [platform('plat_1', { credentials: JSON.stringify({ api_key: 'other', account_id: 'adv1' }) })]
  expectCounts(await here.run({ from: await folderOf({ 'platforms.json': changed }) }), { written: 1 })
  expect(await openedOf(here, 'plat-1')).toMatchObject({ api_key: 'other' })
})

test('a browser-encrypted blob opens with its key only; a later run without it takes nothing away', async () => {
  const here = await bench()
  const blob = encrypted(JSON.stringify({ api_key: SECRET, account_id: 'adv1' }), 'pass')
  const field = { api_key: encrypted(SECRET, 'pass'), account_id: 'adv1' }
  const from = await folderOf({
    'platforms.json': [platform('plat-1', { credentials: blob }), platform('plat-2', { credentials: field })],
  })
  for (const encryption_key of [undefined, 'wrong']) {
    const report = await here.run({ from, encryption_key })
    expect(report.remarks.map(({ reason }) => reason).join()).toContain('encrypted by the browser')
    expect(await platformsOf(here)).toMatchObject({ 'plat-1': { status: 'pending', credentials: null } })
  }
  expectCounts(await here.run({ from, encryption_key: 'pass' }), { written: 2 })
  expect(await openedOf(here, 'plat-1')).toEqual(await openedOf(here, 'plat-2'))
  expectCounts(await here.run({ from }), { unchanged: 2 })
})

test('no secret lands in the bucket or the report, wherever the source has it', async () => {
  const here = await bench()
  const from = await folderOf({
    'platforms.json': [
      platform('plat-1', { credentials: { api_key: SECRET, app: SECRET } }),
      platform('plat-2', { credentials: `{'api_key': '${SECRET}'}` }),
      platform('plat-3', {
        api_key: SECRET,
        settings: { accessToken: SECRET },
        metadata: { a: [{ password: SECRET }] },
      }),
      platform('plat-4', { settings: `{'api_key': '${SECRET}'}` }),
    ],
    'platforms.csv': `platform_id,user_id,type,name,created_at,credentials.api_key,credentials.account_id\nplat-5,u1,thetradedesk,x,2025-05-28,${SECRET},adv1\n`,
  })
  const report = await here.run({ from })
  expectCounts(report, { written: 4, refused: 1 })
  expect(report.toJson('')).not.toContain(SECRET)
  expect(await bytesOf(here)).not.toContain(SECRET)
  expect(report.remarks.find(({ id }) => id === 'plat-1')?.reason).toMatch(/do not fit the_trade_desk \(.*account_id/)
  expect(await openedOf(here, 'plat-5')).toEqual({ api_key: SECRET, account_id: 'adv1' })
})

test('an account that may not open credentials seals those of platforms that changed, and asks the key once', async () => {
  const here = await bench()
  const record = platform('plat-1', { updated_at: '2025-05-28T10:00:00Z' })
  const from = await folderOf({ 'x.json': { platforms: [record, platform('plat-2')] } })
  expectCounts(await here.run({ from }), { written: 2 })
  here.kms.faults.set({ rules: [{ fault: 'denied', operations: ['decrypt'] }] })
  here.kms.operations.reset()
  expectCounts(await here.run({ from }), { unchanged: 2 })
  expect(here.kms.operations.counts()).toMatchObject({ decrypt: 1, encrypt: 0 })
  const credentials = JSON.stringify({ api_key: 'other', account_id: 'adv1' })
  const changed = platform('plat-1', { updated_at: '2025-05-29T10:00:00Z', credentials })
  expectCounts(await here.run({ from: await folderOf({ 'x.json': { platforms: [changed] } }) }), { written: 1 })
  here.kms.faults.reset()
  expect(await openedOf(here, 'plat-1')).toMatchObject({ api_key: 'other' })
})
