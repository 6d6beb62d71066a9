import { defineCommand } from '#infra/command/spec.ts'
import { DATA_OPTION, WHICH_BUCKET } from '../options.ts'

export const USER_HASH_COMMAND = defineCommand({
  program: 'npm run user-hash',
  summary:
    'Prints the hashes by which the logs name users, or finds the users of a bucket by their hashes. The hashes depend ' +
    `on USER_HASH_SALT, in the cloud the secret am-user-hash-salt. With --find: ${WHICH_BUCKET}`,
  usage: ['[--local] USER…', '[--local] --find HASH… [--data DIR]'],
  positionals: { user: { about: 'user to hash, or with --find a hash', required: true, repeatable: true } },
  options: {
    local: { about: 'use the salt of the local runtime instead of USER_HASH_SALT' },
    find: { about: 'print the users who have these hashes' },
    data: DATA_OPTION,
  },
  exit_codes: { 1: 'failed, or no user with records has one of the hashes' },
  examples: [
    { line: 'npm run user-hash -- --local demo_user', about: 'The hash of demo_user in the logs of the local runtime' },
    {
      line: 'npm run user-hash -- --local --find 0c4d3f2b1a09e8d7c6b5a49382716050',
      about: 'The user of the local data folder whom the logs name so',
    },
  ],
})
