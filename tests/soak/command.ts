import { defineCommand } from '#infra/command/spec.ts'

export const SOAK_COMMAND = defineCommand({
  program: 'npm run soak',
  summary:
    'Runs every function in processes of its own, as they are deployed, under users, devices, imports, exports, audiences as ' +
    'code and maintenance, with faults in the network and kill -9 of functions and store. At the end it says whether ' +
    'everything that was acknowledged is there once, every instance answers, and memory and files have stopped growing.',
  options: {
    minutes: {
      value: 'N',
      number: { min: 0.1, max: 24 * 60 },
      default: 60,
      about: 'how long clients work',
    },
    seed: {
      value: 'N',
      number: { min: 1, max: 2 ** 31, is_whole: true },
      default: 1,
      about: 'seed of what clients, faults and kills choose; their order is that of the machine',
    },
  },
  exit_codes: { 0: 'nothing is wrong', 1: 'something is wrong; the last lines say what' },
  examples: [
    { line: 'npm run soak', about: 'One hour' },
    { line: 'npm run soak -- --minutes 15 --seed 7', about: 'A shorter run with other choices' },
  ],
})
