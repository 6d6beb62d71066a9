import { defineCommand } from '#infra/command/spec.ts'
import { TARGET_VARIABLES } from './test-prefix.ts'

export const GOOGLE = 'https://storage.googleapis.com'

export const TEST_GCS_COMMAND = defineCommand({
  program: 'npm run test:gcs',
  summary:
    'Runs on a real bucket the tests of Cloud Storage: its documented behaviour, the contract of the object store, and ' +
    'the commit protocol. Everything happens below one new prefix, through a proxy that lets no other request through, ' +
    'and is removed at the end, noncurrent versions included. It needs roles/storage.objectAdmin on the bucket and ' +
    'application default credentials.',
  usage: ['--bucket NAME [--prefix PREFIX] [--endpoint URL [--tolerate testbench]] [--only PATTERN]'],
  options: {
    bucket: {
      value: 'NAME',
      about: `bucket; by default ${TARGET_VARIABLES.bucket}. It may hold other objects, which are not touched`,
    },
    prefix: {
      value: 'PREFIX',
      about: `parent of the new prefix; by default ${TARGET_VARIABLES.prefix}, else activation-manager-test`,
    },
    endpoint: { value: 'URL', about: `address of a stand-in; by default ${TARGET_VARIABLES.endpoint}, else ${GOOGLE}` },
    tolerate: {
      value: 'testbench',
      about:
        "accept the known gaps of Google's storage-testbench (tests/objects/testbench-gaps.ts), each by name, and " +
        'nothing else; a gap that is closed fails too',
    },
    only: { value: 'PATTERN', about: 'run only the tests whose names match' },
  },
  exit_codes: {
    0: 'every test passed',
    1: 'a test failed, a tolerated gap is closed, or objects may be left',
    2: 'could not start: the command line is wrong, or the bucket or the credentials cannot be used',
  },
  examples: [
    { line: 'npm run test:gcs -- --bucket my-test-bucket', about: 'Runs all tests and removes what they wrote' },
    { line: 'npm run test:gcs -- --bucket my-test-bucket --only preconditions', about: 'Runs some of them' },
    {
      line: 'npm run test:gcs -- --bucket judged --endpoint http://127.0.0.1:9123 --tolerate testbench',
      about: "Runs all tests on Google's storage-testbench",
    },
  ],
})
