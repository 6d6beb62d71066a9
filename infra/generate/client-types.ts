import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import { join } from 'node:path'

import { PROJECT_ROOT } from '../project-root.ts'
import type { GeneratedFile } from './generated-file.ts'

/** From the project's folder. */
export const CLIENT_TYPES_PATH = 'tests/contracts/openapi-types.ts'

/**
 * The contract as types of a client, made by openapi-typescript as an app developer does it.
 *
 * Making them takes two seconds. The file therefore names the contract that it was made of, and is made again only when
 * that has changed.
 */
export async function clientTypesFile(openapi: string): Promise<GeneratedFile> {
  const title = `// Types of shared/contract/openapi.json (sha256 ${hash('sha256', openapi).slice(0, 16)}). Made by npm run generate.\n`
  const committed = await readFile(join(PROJECT_ROOT, CLIENT_TYPES_PATH), 'utf8').catch(() => '')
  const content = committed.startsWith(title) ? committed : title + (await clientTypes(openapi))
  return { path: CLIENT_TYPES_PATH, content }
}

/** The types themselves. */
export async function clientTypes(openapi: string): Promise<string> {
  // The generator builds them with the API of TypeScript 5, which TypeScript 7 does not have.
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const is_generator = specifier === 'typescript' && context.parentURL?.includes('/openapi-typescript/') === true
      return next(is_generator ? 'typescript-5' : specifier, context)
    },
  })
  try {
    const { default: openapiTypescript, astToString } = await import('openapi-typescript')
    return astToString(await openapiTypescript(openapi, { silent: true }))
  } finally {
    hooks.deregister()
  }
}
