import { defineCommand } from '#infra/command/spec.ts'

export const BENCHMARKS = [
  'row-groups',
  'history',
  'lone-save',
  'audiences',
  'distributions',
  'edge',
  'framework',
  'cpu',
  'cold-start',
  'crowd',
  'sync',
  'peers',
  'app',
  'load',
] as const

export const LOAD_PARTS = ['saves', 'listing', 'growth', 'fleet'] as const

export const BENCH_COMMAND = defineCommand({
  program: 'npm run bench',
  summary:
    'Runs one benchmark or all. They print figures measured side by side in one run; compare ratios, because times ' +
    'differ between machines.',
  usage: ['[NAME]', 'load [PART]…', 'cold-start [RUNS [FUNCTION]…]'],
  positionals: {
    name: { about: 'benchmark; by default all, one after another', choices: BENCHMARKS },
    argument: {
      about:
        `of load its parts, ${LOAD_PARTS.join(', ')}; of cold-start the number of runs, then the functions; ` +
        'by default all of them',
      repeatable: true,
    },
  },
  options: {},
  examples: [
    { line: 'npm run bench', about: 'Runs everything; takes some minutes' },
    { line: 'npm run bench -- edge', about: "Compares the edge's share of a request" },
    { line: 'npm run bench -- load saves listing', about: 'Two of the load tests' },
    { line: 'npm run bench -- cold-start 5 audiences', about: 'Starts one function five times' },
  ],
})
