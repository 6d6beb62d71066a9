import { build } from 'esbuild'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'

import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'

/** What a browser carries of this side: the client decides and validates by the same code as the functions. */

const RULES = [
  "export { AUDIENCES } from '#shared/records/audience.ts'",
  "export { PLATFORMS } from '#shared/records/platform.ts'",
  "export { DISTRIBUTIONS } from '#shared/records/distribution.ts'",
  "export * from '#shared/records/decisions.ts'",
  "export * from '#shared/records/distribution-decisions.ts'",
  "export * from '#shared/records/validation/validate.ts'",
]

const ROUTES = [
  "export { audienceRoutes } from '#shared/contract/audiences.ts'",
  "export { platformRoutes } from '#shared/contract/platforms.ts'",
  "export { distributionRoutes } from '#shared/contract/distributions.ts'",
  "export { insightRoutes } from '#shared/contract/insights.ts'",
]

/** Of the 45 kB that the client may take, its store and its sync need the rest. */
const BYTES_MAX = 24_500

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

describe('what the client takes from contract and records', () => {
  let whole: BrowserBundle
  let rules: BrowserBundle
  beforeAll(async () => {
    ;[whole, rules] = await Promise.all([browserBundle([...ROUTES, ...RULES]), browserBundle(RULES)])
  })

  test(`takes at most ${BYTES_MAX} bytes compressed`, ({ annotate }) => {
    expect(whole.gzip_bytes).toBeLessThanOrEqual(BYTES_MAX)
    return annotate(`routes, decisions and validation: ${whole.gzip_bytes} bytes; without routes: ${rules.gzip_bytes}`)
  })

  test('asks for nothing that only Node has', () => {
    expect(whole.code.match(/\bBuffer\b|\bprocess\.|\brequire\(/g)).toBeNull()
  })

  test('has the small zod alone', () => {
    expect(whole.inputs).toContain('node_modules/zod/v4/mini/schemas.js')
    expect(whole.inputs.filter((path) => path.includes('/zod/v4/classic/'))).toEqual([])
  })
})
