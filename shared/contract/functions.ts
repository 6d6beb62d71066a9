/**
 * The one list of deployed functions and the paths that each answers: the gateway, the bundler, Terraform and the
 * delivery scripts read it. A new function is added here and in `functions/<name>/`. Two lists do not compile without
 * it: `infra/generate/terraform/function-resources.ts` and `infra/deliver/rollout/smoke-steps.ts`. Then run
 * `npm run generate`. Its health check is at `/api/<name>/health`, so its first prefix is `/api/<name>`. The function
 * with the prefix `/` gets every path that no other prefix begins.
 */
export const FUNCTIONS = {
  audiences: { path_prefixes: ['/api/audiences', '/api/tags'] },
  platforms: { path_prefixes: ['/api/platforms'] },
  distributions: { path_prefixes: ['/api/distributions'] },
  insights: { path_prefixes: ['/api/insights', '/api/users'] },
  sync: { path_prefixes: ['/api/sync', '/api/undo'] },
  flags: { path_prefixes: ['/api/flags'] },
  maintenance: { path_prefixes: ['/api/maintenance'] },
  web: { path_prefixes: ['/api/web', '/'] },
} as const satisfies Record<string, { path_prefixes: readonly [string, ...string[]] }>

export type FunctionName = keyof typeof FUNCTIONS

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[]

/** The function that gets every path which is no other function's: the app's pages, and 404. */
export const DEFAULT_FUNCTION = 'web' satisfies FunctionName

/** The function to which `path` belongs by its prefix (exactly or below it), or `undefined`, which is DEFAULT_FUNCTION's. */
export function functionOfPath(path: string): FunctionName | undefined {
  return FUNCTION_NAMES.find((name) =>
    FUNCTIONS[name].path_prefixes.some(
      (prefix) => prefix !== '/' && (path === prefix || path.startsWith(`${prefix}/`)),
    ),
  )
}
