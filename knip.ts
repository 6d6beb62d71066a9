import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  entry: [
    'functions/*/index.ts',
    'infra/**/main.ts',
    'tests/**/*.test.ts',
    // Run by vitest.browser.config.ts, which also names the scripts that the pages load.
    'tests/**/*.browser.ts',
    'tests/client/browser/page/*.ts',
    'tests/fixtures/*/main.ts',
    // What the stand-in for Google's sign-in bundles for the browser.
    'infra/stand-ins/google-sign-in/page/*.ts',
    // What tests/bench/app.ts puts into each page.
    'tests/bench/app/page/*.ts',
    'tests/bench/*.ts',
    // What tests/bench/peers.ts bundles for the browser.
    'tests/bench/peers/page/*.ts',
    // Processes that tests/bench/cpu.ts measures.
    'tests/bench/cpu/{echo,peer-service}.ts',
    // A process that tests/client/file-storage.test.ts kills.
    'tests/client/file-writer.ts',
    'tests/client/store/file-client.ts',
    // Entry of the programs that tests/simulation/build.ts makes.
    'tests/simulation/in-thread.ts',
    'tests/simulation/rare/run-*.ts',
    // Named by tests/simulation/coverage/measure.ts.
    'tests/simulation/coverage/two-releases.ts',
  ],
  project: ['{functions,shared,infra,tests}/**/*.{ts,tsx}', '*.ts'],
  // Generated whole, and used in part; and what has packages of its own.
  ignore: ['tests/contracts/openapi-types.ts', 'tests/bench/peers/services/**'],
  // dependency-cruiser's configuration only names it (`parser: 'swc'`). infra/deliver/sbom runs the generator as a program.
  // infra/generate/client-types.ts gives TypeScript 5 to the generator of client types.
  ignoreDependencies: ['@cyclonedx/cyclonedx-esbuild', '@fontsource-variable/figtree', '@swc/core'],
  // Installed beside npm's packages, and asked for before they are used.
  ignoreBinaries: ['gcloud', 'terraform'],
  // A type that an exported function names in its signature is part of that function's interface.
  ignoreExportsUsedInFile: { interface: true, type: true },
}

export default config
