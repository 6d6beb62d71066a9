import { defineCommand } from '#infra/command/spec.ts'

export const BUILD_APP_COMMAND = defineCommand({
  program: 'npm run build:web',
  summary: 'Builds the app into dist/web/app, unless it was built from the same sources.',
  options: {},
  examples: [{ line: 'npm run build:web', about: 'Builds the app; npm start and npm run build do the same' }],
})
