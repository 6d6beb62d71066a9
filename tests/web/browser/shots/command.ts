import { defineCommand } from '#infra/command/spec.ts'

export const SHOTS_COMMAND = defineCommand({
  program: 'npm run shots',
  summary:
    'Writes every screen of the app, in light and dark, on a wide screen and on a phone, into .shots, to look at. It ' +
    'starts a local system with records of its own, and needs Chromium.',
  options: {
    only: { value: 'PART', about: 'only screens with this in their names, as audience or sync' },
  },
  examples: [
    { line: 'npm run shots', about: 'Writes all of them' },
    { line: 'npm run shots -- --only audiences', about: 'Writes the cards and the table' },
  ],
})
