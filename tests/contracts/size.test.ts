import { build } from 'esbuild'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'

import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'

/** What a browser carries of this side: the client decides, validates and calls by the same code and contract. */

const SCHEMAS = [
  "export { AUDIENCES } from '#shared/records/audience.ts'",
  "export { PLATFORMS } from '#shared/records/platform.ts'",
  "export { DISTRIBUTIONS } from '#shared/records/distribution.ts'",
  "export * from '#shared/records/validation/validate.ts'",
]
const RULES = [
  ...SCHEMAS,
  "export * from '#shared/records/decisions.ts'",
  "export * from '#shared/records/distribution-decisions.ts'",
]

const ROUTES = [
  "export { audienceRoutes } from '#shared/contract/audiences.ts'",
  "export { platformRoutes } from '#shared/contract/platforms.ts'",
  "export { distributionRoutes } from '#shared/contract/distributions.ts'",
  "export { insightRoutes } from '#shared/contract/insights.ts'",
  "export { syncRoutes } from '#shared/contract/sync.ts'",
  "export { flagsRoutes } from '#shared/contract/flags.ts'",
]

/** Calls, the local-first store, and what both need of a browser. */
const CALLS = ["export { createApi } from '#shared/client/api/api.ts'"]
const STORE = ["export * from '#shared/client/client.ts'"]
const ADAPTERS = ["export { browserPorts } from '#shared/client/browser/browser-ports.ts'"]

/** A page takes the rules, and a small table of the routes: their schemas are only types to it. */
const RULES_BYTES_MAX = 20_000
const CALLS_AND_ADAPTERS_BYTES_MAX = 9_000
/** What the client may take: its calls, its store and its sync, with the schemas of records and what it needs of a browser. */
const CLIENT_BYTES_MAX = 45_000

interface BrowserBundle {
  readonly code: string
  readonly gzip_bytes: number
  /** Every source file inside, as paths from the project's root. */
  readonly inputs: readonly string[]
}

/** Fails on an import of Node's: the browser has none of its modules. */
async function browserBundle(exports: readonly string[]): Promise<BrowserBundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: PROJECT_ROOT,
    stdin: { contents: exports.join('\n'), resolveDir: PROJECT_ROOT, loader: 'ts' },
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
    write: false,
    metafile: true,
  })
  const [output] = outputFiles
  const gzip_bytes = gzipSync(output!.contents, { level: 9 }).length
  return { code: output!.text, gzip_bytes, inputs: Object.keys(metafile.inputs) }
}

describe('what a browser takes', () => {
  const bundles = {
    'the rules of records': { exports: RULES, bytes_max: RULES_BYTES_MAX },
    'calls and adapters': { exports: [...CALLS, ...ADAPTERS], bytes_max: CALLS_AND_ADAPTERS_BYTES_MAX },
    'the client': { exports: [...SCHEMAS, ...CALLS, ...STORE, ...ADAPTERS], bytes_max: CLIENT_BYTES_MAX },
  }

  test.each(Object.entries(bundles))('of %s is bounded', async (what, { exports, bytes_max }) => {
    const { gzip_bytes } = await browserBundle(exports)
    process.stdout.write(`${what}: ${gzip_bytes} of ${bytes_max} bytes, compressed\n`)
    expect({ what, is_bounded: gzip_bytes <= bytes_max, gzip_bytes }).toMatchObject({ is_bounded: true })
  })

  test('of routes are their lines, not their schemas', async () => {
    const { inputs } = await browserBundle([...CALLS, ...ADAPTERS])
    expect(inputs.filter((path) => path.startsWith('shared/contract/') || path.startsWith('node_modules/'))).toEqual([])
  })
})

describe('all that a browser can load of records, contract and client', () => {
  let whole: BrowserBundle
  beforeAll(async () => {
    whole = await browserBundle([...ROUTES, ...RULES, ...CALLS, ...STORE, ...ADAPTERS])
  })

  test('asks for nothing that only Node has', () => {
    // Of the system's clock a browser replaces what it has not.
    const code = whole.code.replace(/\bsetImmediate\b/, '')
    expect(code.match(/\bBuffer\b|\bprocess\.|\brequire\(|\bsetImmediate\b/g)).toBeNull()
    expect(whole.inputs.filter((path) => path.startsWith('shared/client/node/'))).toEqual([])
  })

  test('has the small zod alone', () => {
    expect(whole.inputs).toContain('node_modules/zod/v4/mini/schemas.js')
    expect(whole.inputs.filter((path) => path.includes('/zod/v4/classic/'))).toEqual([])
  })
})
