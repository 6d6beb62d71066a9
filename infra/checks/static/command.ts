import { defineCommand } from '#infra/command/spec.ts'

/** Scripts of package.json that read the sources and start nothing. The lint also finds what the compiler does. */
export const STATIC_CHECKS = ['lint', 'check:imports', 'check:dead', 'check:contract', 'format:check'] as const

export const CHECK_COMMAND = defineCommand({
  program: 'npm run check',
  summary: `Runs the static checks side by side: ${STATIC_CHECKS.join(', ')}. Prints one line for each, and the output of those that fail.`,
  options: {},
  examples: [{ line: 'npm run check', about: 'Checks everything that needs no test' }],
})
