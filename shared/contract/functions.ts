/**
 * The one list of deployed functions and the paths each answers: read by the gateway, the bundler, Terraform and the
 * delivery scripts. A function is added here, in `functions/<name>/`, and in `infra/checks/terraform/function-resources.ts` and `infra/deliver/rollout/smoke-steps.ts`,
 * which do not compile without it. Its health is at
 * `/api/<name>/health`, so one of its prefixes is `/api/<name>`, and that one comes first.
 */
export const FUNCTIONS = {
  audiences: { path_prefixes: ['/api/audiences'] },
  platforms: { path_prefixes: ['/api/platforms'] },
  distributions: { path_prefixes: ['/api/distributions'] },
  insights: { path_prefixes: ['/api/insights', '/api/users'] },
  maintenance: { path_prefixes: ['/api/maintenance'] },
} as const satisfies Record<string, { path_prefixes: readonly [string, ...string[]] }>

export type FunctionName = keyof typeof FUNCTIONS

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[]

/** The function that answers `path` (exact prefix or below it), or `undefined`. */
export function functionOfPath(path: string): FunctionName | undefined {
  return FUNCTION_NAMES.find((name) =>
    FUNCTIONS[name].path_prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)),
  )
}
