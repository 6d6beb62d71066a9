import { build } from 'esbuild'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

import { FAULTS } from '#infra/stand-ins/kms/faults.ts'
import { systemRandom } from '#shared/base/random.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { credentialVault, type CredentialBinding } from '#shared/credentials/vault.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'
import { adapterOf, base64Of, start, temporaryFolder } from '#tests/infra/stand-ins/kms/kms-fixture.ts'
import { longDescribe, longTest } from '#tests/support/effort.ts'

const run = promisify(execFile)
const SECRET = 'hunter2-never-to-be-seen'
const SMALL = { api_key: SECRET }
const LARGE = { api_key: SECRET, padding: 'p'.repeat(70_000) }
const BINDING: CredentialBinding = { bucket: 'b', user_id: 'u', platform_id: 'p', platform_type: 't' }

/** However it may be written down: as text, as base64 at any offset, as hex, as a list of bytes. */
function tracesOf(secret: string): string[] {
  const offsets = ['', 'x', 'xx'].map((before) => base64Of(before + secret).slice(4, -4))
  return [secret, Buffer.from(secret).toString('hex'), [...Buffer.from(secret)].join(','), ...offsets]
}

/** Everything an error could tell a log, an answer or a debugger. */
function everythingOf(error: unknown): string {
  const hidden = inspect(error, { depth: Infinity, showHidden: true, maxStringLength: null, maxArrayLength: null })
  const stack = error instanceof Error ? `${error.message} ${error.stack} ${inspect(error.cause)}` : ''
  return `${String(error)} ${stack} ${hidden} ${JSON.stringify(error)}`
}

function expectNoTrace(text: string): void {
  for (const trace of tracesOf(SECRET)) expect(text).not.toContain(trace)
}

describe('a secret', () => {
  test('leaves no trace in any error, whatever fails', async () => {
    const kms = await start()
    const patient = credentialVault({ keys: adapterOf(kms), random: systemRandom })
    const hasty = credentialVault({ keys: adapterOf(kms, { timeout_ms: 200 }), random: systemRandom })
    const sealed = { small: await patient.seal(SMALL, BINDING), large: await patient.seal(LARGE, BINDING) }
    const errors: unknown[] = []
    const collect = async (work: () => Promise<unknown>) =>
      work().then(
        () => undefined,
        (error: unknown) => void errors.push(error),
      )
    const useAll = async (binding = BINDING, vault = patient) => {
      await collect(() => vault.open(sealed.small, binding))
      await collect(() => vault.open(sealed.large, binding))
      await collect(() => vault.seal(SMALL, binding))
      await collect(() => vault.seal(LARGE, binding))
      await collect(() => vault.reseal(sealed.small, binding))
    }
    for (const fault of FAULTS) {
      kms.faults.set({ rules: [{ fault }] })
      await useAll(BINDING, fault === 'stall' ? hasty : patient)
    }
    kms.faults.reset()
    await useAll({ ...BINDING, user_id: 'other' })
    await collect(() => patient.seal({ api_key: SECRET.repeat(100_000) }, BINDING))
    await collect(() => patient.open({ ...sealed.small, envelope: { wrapped_key: sealed.small.ciphertext } }, BINDING))
    const aad = Buffer.from(JSON.stringify(['am1', 'b', 'u', 'p', 't']))
    for (const text of [`{"api_key": ${SECRET}`, `"${SECRET}"`, `\xff${SECRET}`]) {
      const { ciphertext } = await adapterOf(kms).encrypt(Buffer.from(text, 'latin1'), aad)
      const no_credentials = { ...sealed.small, ciphertext: Buffer.from(ciphertext).toString('base64') }
      await collect(() => patient.open(no_credentials, BINDING))
    }
    kms.setState('1', 'DISABLED')
    await useAll()
    await kms.close()
    await useAll()

    expect(errors.length).toBeGreaterThan(40)
    const kinds = new Set(errors.flatMap((error) => (error instanceof KeyError ? error.kind : [])))
    expect([...kinds].toSorted()).toEqual(['denied', 'key_unusable', 'refused', 'unavailable'])
    for (const error of errors) {
      const everything = everythingOf(error)
      expectNoTrace(everything)
      expect(everything).not.toContain(sealed.small.ciphertext.slice(20, 60))
    }
  })

  test('leaves no trace in what is stored', async () => {
    const vault = credentialVault({ keys: adapterOf(await start()), random: systemRandom })
    for (const credentials of [SMALL, LARGE]) {
      const sealed = await vault.seal(credentials, BINDING)
      const stored = `${JSON.stringify(sealed)} ${Buffer.from(sealed.ciphertext, 'base64').toString('latin1')}`
      for (const trace of tracesOf(SECRET)) expect(stored).not.toContain(trace)
    }
  })

  longTest('leaves no trace in the debug log of the client, even where someone switched it on', async () => {
    const kms = await start()
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script(kms, 'use')], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, GOOGLE_SDK_NODE_LOGGING: '*' },
    })
    expect(stdout).toContain('opened true')
    expectNoTrace(stdout + stderr)
  })
})

longDescribe('the client of Cloud KMS', () => {
  test('is loaded by the first call, not by importing or making the adapter', async () => {
    const kms = await start()
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script(kms, 'loading')], {
      cwd: PROJECT_ROOT,
    })
    expect(stdout.trim().split('\n')).toEqual(['imported 0', 'made 0', 'called true'])
  })

  test('is not in the bundle of what seals and opens by the port, and still lazy in that of what wires it', async () => {
    const kms = await start()
    const outfile = join(await temporaryFolder(), 'bundle.cjs')
    const bundle = (contents: string) =>
      build({
        stdin: { contents, resolveDir: PROJECT_ROOT },
        absWorkingDir: PROJECT_ROOT,
        bundle: true,
        platform: 'node',
        target: 'node24',
        format: 'cjs',
        outfile,
        metafile: true,
        logLevel: 'silent',
      })
    const port = await bundle("export * from '#shared/credentials/vault.ts'")
    expect(Object.keys(port.metafile.inputs).filter((path) => path.includes('node_modules'))).toEqual([])

    const { warnings } = await bundle(`(async () => { ${BODIES.use(kms)} })()`)
    expect(warnings).toEqual([])
    const { stdout } = await run(process.execPath, [outfile], { cwd: PROJECT_ROOT })
    expect(stdout).toContain('opened true')
  })

  test('that finds no credentials fails the call, and does not end the process', async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', BODIES.withoutCredentials], {
      cwd: PROJECT_ROOT,
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', METADATA_SERVER_DETECTION: 'none' },
    })
    expect(stdout.trim().split('\n')).toEqual(['unavailable', 'unavailable', 'still here'])
  })
})

const IMPORT = `
  const { systemClock: clock } = await import('#shared/base/clock.ts')
  const { systemRandom: random } = await import('#shared/base/random.ts')
  const { cloudKms } = await import('#shared/credentials/cloud-kms.ts')
  const { credentialVault } = await import('#shared/credentials/vault.ts')
`

const BODIES = {
  use: (kms: { url: string; key_name: string }) => `${IMPORT}
    const keys = cloudKms({ key_name: '${kms.key_name}', api_endpoint: '${kms.url}', clock, random })
    const vault = credentialVault({ keys, random })
    const binding = ${JSON.stringify(BINDING)}
    const sealed = await vault.seal({ api_key: '${SECRET}' }, binding)
    const opened = await vault.open(sealed, binding)
    console.log('opened', opened.api_key.length === ${SECRET.length})
    await vault.open(sealed, { ...binding, user_id: 'other' }).catch((error) => console.log(error))
  `,
  loading: (kms: { url: string; key_name: string }) => `
    const { createRequire } = await import('node:module')
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((path) => /google|grpc/.test(path)).length
    ${IMPORT}
    console.log('imported', loaded())
    const keys = cloudKms({ key_name: '${kms.key_name}', api_endpoint: '${kms.url}', clock, random })
    console.log('made', loaded())
    await keys.encrypt(new Uint8Array(1), new Uint8Array(1))
    console.log('called', loaded() > 0)
  `,
  withoutCredentials: `${IMPORT}
    const keys = cloudKms({ key_name: 'projects/p/locations/l/keyRings/r/cryptoKeys/k', clock, random })
    for (const attempt of [1, 2]) {
      await keys.encrypt(new Uint8Array(1), new Uint8Array(1)).catch((error) => console.log(error.kind))
    }
    await clock.sleep(300)
    console.log('still here')
  `,
}

function script(kms: { url: string; key_name: string }, body: 'use' | 'loading'): string {
  return BODIES[body](kms)
}
