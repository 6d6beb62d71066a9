/**
 * The one list of deployed functions and the paths each answers: read by the gateway, the bundler, Terraform and the
 * delivery scripts. A function is added here, in `functions/<name>/`, and nowhere else.
 */
export const FUNCTIONS = {
  audiences: { path_prefix: '/api/audiences' },
} as const satisfies Record<string, { path_prefix: string }>

export type FunctionName = keyof typeof FUNCTIONS

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[]

/** The function that answers `path` (exact prefix or below it), or `undefined`. */
export function functionOfPath(path: string): FunctionName | undefined {
  return FUNCTION_NAMES.find((name) => {
    const { path_prefix } = FUNCTIONS[name]
    return path === path_prefix || path.startsWith(`${path_prefix}/`)
  })
}
