import { defineCommand } from '#infra/command/spec.ts'

export const BUILD_COMMAND = defineCommand({
  program: 'npm run build',
  summary:
    'Bundles every function into a folder that can be deployed, dist/functions/NAME, and lays out the content of the ' +
    'one image, dist/image.',
  options: {},
  examples: [{ line: 'npm run build', about: 'Bundles all functions and prints their sizes' }],
})
