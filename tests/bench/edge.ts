import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { closed, listening } from '#tests/http/harness.ts'

/**
 * CPU time of the edge per request: a POST of an ordinary audience with a token and an idempotency key, its handler
 * empty. `bare` is the same server without any edge, `framework` the edge inside the framework's own server.
 */
const REQUESTS = 10_000
const CONNECTIONS = 50

const data_dir = await mkdtemp(join(tmpdir(), 'bench-'))
const issuer_server = createServer()
const issuer_url = await listening(issuer_server)
const issuer = await createLocalIssuer({ data_dir, issuer: issuer_url, audience: 'app' })
issuer_server.on('request', issuer.listener)
const token = await issuer.sign({ sub: 'demo_user' })
const body = JSON.stringify({
  name: 'Weekend hikers',
  segments: Array.from({ length: 5 }, (_, index) => ({ name: `Segment ${index}`, size: index * 1000 })),
  metadata: { tags: ['outdoor', 'summer'], campaign_id: 'c-1', note: 'x'.repeat(500) },
})

const env = {
  ...process.env,
  OIDC_ISSUERS: JSON.stringify([{ issuer: issuer_url, audiences: ['app'] }]),
  USER_HASH_SALT: 'a salt for the benchmark',
}

async function cpuPerRequestUs(variant: string): Promise<{ cpu_us: number; per_second: number }> {
  const server = fork(new URL('edge-server.ts', import.meta.url), [variant], { env })
  const [{ url }] = (await once(server, 'message')) as [{ url: string }]
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': 'bench' }

  const post = () =>
    new Promise<void>((resolve, reject) => {
      const sent = request(`${url}/api/audiences`, { method: 'POST', agent, headers }, (response) => {
        if (response.statusCode !== 201) reject(new Error(`answered ${response.statusCode}`))
        response.resume().on('end', resolve)
      })
      sent.on('error', reject).end(body)
    })
  const run = async (count: number) => {
    let left = count
    const connection = async () => {
      while (left-- > 0) await post()
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  }
  const cpu = async () => {
    server.send('cpu')
    const [{ cpu: used }] = (await once(server, 'message')) as [{ cpu: NodeJS.CpuUsage }]
    return used.user + used.system
  }

  await run(REQUESTS / 2)
  const before_us = await cpu()
  const started_ms = performance.now()
  await run(REQUESTS)
  const elapsed_s = (performance.now() - started_ms) / 1000
  const cpu_us = ((await cpu()) - before_us) / REQUESTS
  agent.destroy()
  server.kill()
  return { cpu_us, per_second: REQUESTS / elapsed_s }
}

for (const variant of ['bare', 'framework', 'ours']) {
  const { cpu_us, per_second } = await cpuPerRequestUs(variant)
  process.stdout.write(
    `${variant.padEnd(18)} ${cpu_us.toFixed(0).padStart(5)} µs CPU, ${per_second.toFixed(0)} per s\n`,
  )
}
await closed(issuer_server)
await rm(data_dir, { recursive: true })
