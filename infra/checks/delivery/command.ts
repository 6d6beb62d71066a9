import { defineCommand } from '#infra/command/spec.ts'

export const CHECK_DEPLOY_COMMAND = defineCommand({
  program: 'npm run check:deploy',
  summary:
    'Checks the delivery with the tools of others: gcloud reads every gcloud command and cloudbuild.yaml, shellcheck ' +
    'the scripts. Prints a line for each check: ok, FAILED, or SKIPPED when a tool is not installed.',
  options: {},
  exit_codes: { 0: 'no check failed', 1: 'a check failed' },
  examples: [{ line: 'npm run check:deploy', about: 'Checks everything that the installed tools can check' }],
})
