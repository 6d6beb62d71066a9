/**
 * How long a new instance keeps its first caller waiting: from spawning the bundled function to its first answer,
 * beside a Node process that does nothing. `npm run bench -- cold-start [runs] [function …]`. Prints; asserts nothing about time.
 */
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { bundleFunctions } from '#infra/deliver/build/bundle.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'

const RUNS_DEFAULT = 10
const ANSWER_WAIT_MS_MAX = 20_000
const POLL_INTERVAL_MS = 2
/** What a function needs to start; nothing here is called before a request asks for it. */
const SETTINGS = {
  OIDC_ISSUERS: '[{"issuer":"https://issuer.example.com","audiences":["bench"]}]',
  USER_HASH_SALT: 'a salt for benchmarks only',
  GCS_BUCKET: 'activation-bench',
  KMS_KEY: 'projects/bench/locations/europe-west1/keyRings/activation/cryptoKeys/credentials',
}

const [runs_argument, ...names_argument] = process.argv.slice(2)
const runs = Number(runs_argument ?? RUNS_DEFAULT)
if (!Number.isInteger(runs) || runs < 1) throw new Error(`"${runs_argument}" is not a number of runs`)
const names: readonly string[] = names_argument.length > 0 ? names_argument : FUNCTION_NAMES

const bundles = await bundleFunctions({
  project_root: PROJECT_ROOT,
  out_dir: join(PROJECT_ROOT, 'dist/functions'),
  names,
})
const compile_cache = await mkdtemp(join(tmpdir(), 'compile-cache-'))
try {
  const empty_ms = await medianOf(runs, measureEmptyProcess)
  print('empty node process', empty_ms, empty_ms)
  for (const { name, path } of bundles) {
    print(name, await medianOf(runs, () => measureFirstAnswer(name, path, {})), empty_ms)
    const env = { NODE_COMPILE_CACHE: compile_cache }
    await measureFirstAnswer(name, path, env)
    print(`${name}, compile cache`, await medianOf(runs, () => measureFirstAnswer(name, path, env)), empty_ms)
  }
} finally {
  await rm(compile_cache, { recursive: true, force: true })
}

function print(what: string, median_ms: number, empty_ms: number): void {
  console.log(
    `${what.padEnd(32)} ${median_ms.toFixed(0).padStart(6)} ms  ${(median_ms / empty_ms).toFixed(1).padStart(5)} ×`,
  )
}

async function medianOf(count: number, measure: () => Promise<number>): Promise<number> {
  const durations_ms: number[] = []
  for (let run = 0; run < count; run++) durations_ms.push(await measure())
  const middle = durations_ms.toSorted((a, b) => a - b)[Math.floor(count / 2)]
  if (middle === undefined) throw new Error('Nothing was measured')
  return middle
}

async function measureEmptyProcess(): Promise<number> {
  const start_ms = performance.now()
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
  return performance.now() - start_ms
}

/** Spawns the bundle, asks for its health until it answers, and ends it. */
async function measureFirstAnswer(name: string, path: string, env: Readonly<Record<string, string>>): Promise<number> {
  const port = await freePort()
  const start_ms = performance.now()
  const child = spawn(process.execPath, [path], {
    env: { ...process.env, ...SETTINGS, ...env, FUNCTION_TARGET: name, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exited = once(child, 'exit')
  try {
    while (!(await answers(`http://127.0.0.1:${port}/api/${name}/health`))) {
      if (child.exitCode !== null) throw new Error(`${name} ended before it answered:\n${stderr}`)
      if (performance.now() - start_ms > ANSWER_WAIT_MS_MAX) throw new Error(`${name} does not answer:\n${stderr}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))
    }
    return performance.now() - start_ms
  } finally {
    // The function drains and ends by itself, which is when Node writes the compile cache.
    child.kill('SIGTERM')
    await exited
  }
}

/** False while nobody listens; an answer other than 200 is an error, not a slow start. */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (response) => {
      response.resume()
      if (response.statusCode === 200) resolve(true)
      else reject(new Error(`${url} answered ${response.statusCode}`))
    })
    request.on('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was assigned')
  server.close()
  await once(server, 'close')
  return address.port
}
