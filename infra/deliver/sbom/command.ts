import { defineCommand } from '#infra/command/spec.ts'

export const SBOM_COMMAND = defineCommand({
  program: 'npm run sbom',
  summary:
    'Writes a bill of materials of every bundle beside it, dist/functions/NAME/sbom.json. It needs the bundles of ' +
    'npm run build.',
  options: {},
  examples: [{ line: 'npm run build && npm run sbom', about: 'Bundles, then lists the packages in each bundle' }],
})
