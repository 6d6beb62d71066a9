import { defineCommand } from '#infra/command/spec.ts'

export const DOCTOR_COMMAND = defineCommand({
  program: 'npm run doctor',
  summary:
    'Says whether a Google Cloud project is ready for an environment, and whether the environment works after it was ' +
    'applied and delivered to. It asks with your application-default credentials and only reads, unless --save is given. ' +
    'Project and region are those in terraform/envs.',
  options: {
    env: { value: 'ENV', required: true, choices: ['dev', 'staging', 'prod'], about: 'environment' },
    when: {
      value: 'WHEN',
      choices: ['before', 'after', 'both'],
      default: 'both',
      about: 'checks of the time before the first apply, of the time after it, or both',
    },
    save: { about: 'saves, reads and removes one audience as the smoke user, through the function that serves' },
    json: { about: 'prints the lines as JSON' },
  },
  exit_codes: { 0: 'every line is ok', 1: 'a line is a problem, or could not be asked' },
  examples: [
    { line: 'npm run doctor -- --env dev --when before', about: 'Before the first terraform apply' },
    { line: 'npm run doctor -- --env dev --save', about: 'After the first delivery, with one save end to end' },
  ],
})
