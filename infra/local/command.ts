import { defineCommand } from '#infra/command/spec.ts'

export const START_COMMAND = defineCommand({
  program: 'npm start',
  summary:
    'Runs the whole service on this machine: every function, and stand-ins for Cloud Storage, Cloud KMS, the identity ' +
    'provider and the ad platforms. It prints the addresses and runs until Ctrl+C.',
  options: {
    data: { value: 'DIR', about: 'folder for everything that is stored; by default DATA_DIR, else .data' },
    port: {
      value: 'PORT',
      number: { min: 0, max: 65_535, is_whole: true },
      about: 'port of the gateway; 0 takes any free port; by default PORT, else 8080',
    },
    dev: { about: "serve the app with Vite's development server, which shows each change; npm run dev does" },
    google: {
      about: "sign in with a stand-in for Google's script, at an origin of its own, instead of the demo account",
    },
    split: { about: 'give every function a port of its own, after that of the gateway' },
  },
  examples: [
    { line: 'npm start', about: 'Runs on port 8080 and stores in .data' },
    { line: 'npm start -- --data other-data --port 9000', about: 'A second one beside it' },
  ],
})
