import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { bodyOf } from '#tests/http/harness.ts'
import { mountSmallDisk } from '#tests/infra/stand-ins/gcs/small-disk.ts'
import { longDescribe, longTest } from '#tests/support/effort.ts'

/** The local runtime as `npm start` runs it: a process, told what to do by its arguments. */

const MAIN = new URL('../../../infra/local/main.ts', import.meta.url).pathname

let data_dir: string
const running = new Set<ChildProcess>()

beforeEach(async () => {
  data_dir = await mkdtemp(join(tmpdir(), 'local-'))
})
afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await rm(data_dir, { recursive: true })
})

interface Runtime {
  child: ChildProcess
  output: () => string
  exited: Promise<number | null>
}

/** Without a build of the app, which takes seconds. @param wrapper a command that runs the command it is given */
function run(parameters: string[], environment: Record<string, string> = {}, wrapper: readonly string[] = []): Runtime {
  const env = { ...process.env, APP_DIR: data_dir, ...environment }
  const [program = '', ...rest] = [...wrapper, process.execPath, MAIN, ...parameters]
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const exited = once(child, 'exit').then(([code]) => {
    running.delete(child)
    return code as number | null
  })
  return { child, output: () => output, exited }
}

/** The runtime once it says that it is ready, and where. */
async function ready(
  parameters: string[] = [],
  environment: Record<string, string> = {},
): Promise<Runtime & { url: string }> {
  const runtime = run(['--data', data_dir, '--port', '0', ...parameters], environment)
  const address = () => /^ready (\S+)$/m.exec(runtime.output())?.[1]
  await expect.poll(() => address() ?? runtime.child.exitCode).toMatch(/^http:/)
  return { ...runtime, url: address()! }
}

async function tokenFrom(url: string, user_id = 'demo_user'): Promise<string> {
  const answer = await fetch(`${url}/local/token`, { method: 'POST', body: JSON.stringify({ user_id }) })
  return (await bodyOf(answer))['id_token'] as string
}

async function save(url: string, token: string, name: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return fetch(`${url}/api/audiences`, { method: 'POST', headers, body: JSON.stringify({ name }) })
}

async function names(url: string, token: string): Promise<unknown[]> {
  const answer = await fetch(`${url}/api/audiences`, { headers: { authorization: `Bearer ${token}` } })
  return ((await bodyOf(answer))['audiences'] as { name: string }[]).map(({ name }) => name)
}

/** Leaves so many bytes of a file system free. */
async function fillUp(path: string, room_bytes: number): Promise<void> {
  const file = await open(path, 'w')
  try {
    for (;;) await file.write(Buffer.alloc(4096))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    const { size } = await file.stat()
    await file.truncate(Math.max(0, size - room_bytes))
  } finally {
    await file.close()
  }
}

describe('npm start', () => {
  test('says what is where, and the first command it prints works when pasted', async () => {
    const { output, url } = await ready()
    for (const part of [
      '/api/audiences',
      '/local/token',
      '/openapi.json',
      'activation-local',
      'logs/activation.jsonl',
    ]) {
      expect(output()).toContain(part)
    }
    const script = output().slice(output().indexOf('TOKEN='), output().indexOf('\nready'))
    const { stdout } = await promisify(execFile)('bash', ['-c', script])
    expect(JSON.parse(stdout)).toMatchObject({
      success: true,
      audience: { name: 'Weekend hikers', user_id: 'demo_user' },
    })
    expect(await names(url, await tokenFrom(url))).toEqual(['Weekend hikers'])
  })

  longTest(
    'serves requests without a domain or async hook, which would slow every promise of the process',
    async () => {
      const probe = new URL('../../http/domain-probe.ts', import.meta.url).pathname
      const { url, child, output } = await ready([], { NODE_OPTIONS: `--import ${probe}` })
      expect((await save(url, await tokenFrom(url), 'Hikers')).status).toBe(201)
      child.kill('SIGUSR2')
      await expect.poll(output, { timeout: 10_000 }).toContain('{"domains":0,"hooks":0,"promises_hooked":false}\n')
    },
  )

  longTest('keeps records and tokens over a restart, on any port', async () => {
    const first = await ready()
    const token = await tokenFrom(first.url)
    expect((await save(first.url, token, 'Kept')).status).toBe(201)
    first.child.kill('SIGTERM')
    expect(await first.exited).toBe(0)
    const second = await ready()
    expect(await names(second.url, token)).toEqual(['Kept'])
    second.child.kill('SIGINT')
    expect(await second.exited).toBe(0)
  })

  longTest('loses nothing that it acknowledged when it is killed', async () => {
    const first = await ready()
    const token = await tokenFrom(first.url)
    expect((await save(first.url, token, 'Acknowledged')).status).toBe(201)
    first.child.kill('SIGKILL')
    await first.exited
    const { url } = await ready()
    expect(await names(url, token)).toEqual(['Acknowledged'])
  })

  longTest(
    'has stand-ins for keys and ad platforms: a platform connects, and its credentials open again after a restart',
    async () => {
      const first = await ready()
      expect(first.output()).toContain('stand-in for Cloud KMS')
      expect(first.output()).toContain('stand-in for every ad platform')
      const token = await tokenFrom(first.url)
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const credentials = { api_key: 'good-token', account_id: 'advertiser' }
      const body = JSON.stringify({ platform_type: 'the_trade_desk', name: 'Desk', credentials })
      const saved = await bodyOf(await fetch(`${first.url}/api/platforms`, { method: 'POST', headers, body }))
      const test = async (url: string) =>
        bodyOf(await fetch(`${url}/api/platforms/${String(saved['platform_id'])}/test`, { method: 'POST', headers }))
      expect(await test(first.url)).toMatchObject({ ok: true, code: 'ok' })
      first.child.kill('SIGKILL')
      await first.exited
      const second = await ready()
      expect(await test(second.url)).toMatchObject({ ok: true, code: 'ok' })
      expect((await fetch(`${second.url}/api/platforms/health?deep=1`)).status).toBe(200)
    },
  )

  longTest('keeps objects as plain files and logs as lines of JSON below the data folder', async () => {
    const { url } = await ready()
    await save(url, await tokenFrom(url), 'x')
    expect(existsSync(join(data_dir, 'buckets/activation-local/audiences/user_id=demo_user'))).toBe(true)
    const logText = () => readFile(join(data_dir, 'logs/activation.jsonl'), 'utf8')
    await expect.poll(logText).toContain('"message":"POST /api/audiences 201"')
    const lines = (await logText()).trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { severity: string }).severity)).toContain('INFO')
    expect(lines.join('')).not.toContain('eyJ')
  })

  longTest('serves one origin: functions, tokens, contract, an index, and a problem for anything else', async () => {
    const { url } = await ready()
    expect((await fetch(`${url}/api/audiences/health?deep=1`)).status).toBe(200)
    expect(await bodyOf(await fetch(`${url}/api`))).toMatchObject({ functions: { audiences: `${url}/api/audiences` } })
    expect(await bodyOf(await fetch(`${url}/openapi.json`))).toMatchObject({ openapi: '3.1.1' })
    for (const path of ['/api/unknown', '/api/audiencesx', '/x', '/local/x']) {
      const answer = await fetch(`${url}${path}`)
      expect([path, answer.status, (await bodyOf(answer))['type']]).toEqual([path, 404, '/problems/not-found'])
    }
    expect((await fetch(`${url}/api/audiences`)).status).toBe(401)
  })

  longTest('with --split serves each function at an origin of its own', async () => {
    const { url, output } = await ready(['--split'])
    const { functions } = (await bodyOf(await fetch(url))) as { functions: { audiences: string } }
    const own = new URL(functions.audiences).origin
    expect(own).not.toBe(url)
    expect(output()).toContain(functions.audiences)
    expect((await fetch(`${url}/api/audiences/health`)).status).toBe(404)
    expect((await fetch(`${own}/local/token`, { method: 'POST' })).status).toBe(404)
    expect((await save(own, await tokenFrom(url), 'Split')).status).toBe(201)
  })

  longTest('takes folder and port from DATA_DIR and PORT too', async () => {
    const { output, exited, child } = run([], { DATA_DIR: data_dir, PORT: '0' })
    await expect.poll(output).toMatch(/^ready /m)
    expect(existsSync(join(data_dir, 'buckets'))).toBe(true)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  })
})

longDescribe('npm start refuses, in a line or two that say why', () => {
  const refused = async (runtime: Runtime, exit_code = 1) => {
    expect(await runtime.exited).toBe(exit_code)
    expect(runtime.output().trim().split('\n').length).toBeLessThan(4)
    return runtime.output()
  }

  test('a folder that another process uses', async () => {
    const { child, url } = await ready()
    const text = await refused(run(['--data', data_dir, '--port', '0']))
    expect(text).toContain(`in use by process ${child.pid}`)
    expect((await fetch(`${url}/api/audiences/health`)).status).toBe(200)
  })

  test('a port that is taken', async () => {
    const { url } = await ready()
    const { port } = new URL(url)
    const other = join(data_dir, 'other')
    expect(await refused(run(['--data', other, '--port', port]))).toContain(`Port ${port} is in use`)
  })

  test('a data folder that cannot be made', async () => {
    const text = await refused(run(['--data', '/dev/null/data', '--port', '0']))
    expect(text).toMatch(/^Cannot make the folder .*choose another folder \(--data DIR, or DATA_DIR\)\.$/m)
  })

  test('a data folder on a disk that is full: nothing is half-written, and with room it starts', async (context) => {
    const disk = await mountSmallDisk({ size: '4m', inodes: 400 })
    if (!disk) return context.skip('this machine lets no one mount a file system of their own')
    // Room for a part of what a first start writes, up to all of it.
    for (const room_bytes of [0, 4096, 8192, 12_288, 20_480]) {
      const folder = join(disk.outside_path, `data-${room_bytes}`)
      await mkdir(folder)
      await fillUp(join(disk.outside_path, 'ballast'), room_bytes)
      const inside = join(disk.path, `data-${room_bytes}`)
      const full = run(['--data', inside, '--port', '0'], {}, disk.enter)
      await expect.poll(() => full.child.exitCode ?? /^ready /m.test(full.output())).not.toBe(false)
      expect(full.child.exitCode === null ? full.output() : await refused(full)).toMatch(
        /^ready |^The disk of the folder .* is full\. Nothing was lost\. Make room/m,
      )
      full.child.kill('SIGKILL')
      await full.exited
      await rm(join(disk.outside_path, 'ballast'))
      const again = run(['--data', inside, '--port', '0'], {}, disk.enter)
      await expect.poll(again.output).toMatch(/^ready /m)
      again.child.kill('SIGTERM')
      expect(await again.exited).toBe(0)
      expect(again.output()).not.toContain('damaged')
      await rm(folder, { recursive: true })
    }
  })

  test('a folder that another one uses, without a touch to its log', async () => {
    await mkdir(join(data_dir, 'logs'))
    const log_path = join(data_dir, 'logs/activation.jsonl')
    await writeFile(log_path, '')
    await ready()
    await truncate(log_path, 17 * 1024 * 1024)
    await refused(run(['--data', data_dir, '--port', '0']))
    expect((await stat(log_path)).size).toBeGreaterThanOrEqual(17 * 1024 * 1024)
  })

  test('a port that is none', async () => {
    for (const PORT of ['-1', '8080.5', ' ', '65536', 'abc']) {
      const text = await refused(run(['--data', data_dir], { PORT }))
      expect(text).toContain('PORT must be a port number, a whole number from 0 to 65535')
    }
    expect(await refused(run(['--data', data_dir, '--split', '--port', '65535']), 2)).toContain('Choose a port up to')
    expect(await refused(run([], { DATA_DIR: ' ' }))).toContain('DATA_DIR must be the path of a folder')
  })

  test('a journal that is damaged', async () => {
    const { child, exited } = await ready()
    child.kill('SIGTERM')
    await exited
    await writeFile(join(data_dir, 'journal.jsonl'), 'damaged\ndamaged\n')
    const text = await refused(run(['--data', data_dir, '--port', '0']))
    expect(text).toContain('journal.jsonl is damaged at line 1. Restore the data folder from a copy')
  })

  test('an argument or a setting that it does not know', async () => {
    expect(await refused(run(['--prot', '1']), 2)).toContain('Unknown option --prot. Did you mean --port?')
    const x = await refused(run(['--port', 'x', '--data', data_dir]), 2)
    expect(x).toContain('--port must be a whole number from 0 to 65535, not x.')
    const setting = await refused(run(['--data', data_dir], { PORT: 'x' }))
    expect(setting).toContain('PORT must be a port number')
  })

  test('to be deployed: with K_SERVICE set its issuer and storage are not trusted', async () => {
    const text = await refusedDeployed()
    expect(text).toContain('OIDC_ISSUERS must be an https address on the cloud')
    expect(text).toContain('STORAGE_API_ENDPOINT')
  })

  async function refusedDeployed(): Promise<string> {
    const runtime = run(['--data', data_dir, '--port', '0'], { K_SERVICE: 'audiences' })
    expect(await runtime.exited).toBe(1)
    return runtime.output()
  }
})
