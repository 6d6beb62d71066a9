import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createAudiencesApp } from '#functions/audiences/index.ts'
import { startGcs } from '#infra/stand-ins/gcs/server.ts'
import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { silentLog } from '#shared/logging/log.ts'
import { BUCKET, environmentOf } from '#tests/functions/audiences/harness.ts'
import { listening } from '#tests/http/harness.ts'
import { SERVERS, type ServerName } from './framework-server.ts'

/** The process that tests/bench/framework.ts measures: the audiences function, its bucket and its issuer. */
const [name = 'ours'] = process.argv.slice(2) as [ServerName?]
const data_dir = await mkdtemp(join(tmpdir(), 'bench-'))
const issuer_server = createServer()
const issuer_url = await listening(issuer_server)
const issuer = await createLocalIssuer({ data_dir, issuer: issuer_url, audience: 'app' })
issuer_server.on('request', issuer.listener)
const gcs = await startGcs({ data_dir, buckets: [BUCKET], fsync: false })
const environment = environmentOf({ issuer_url, gcs_url: gcs.url })
const url = await listening(SERVERS[name](createAudiencesApp(environment, { log: silentLog })))

const tokens = await Promise.all(['bursts', 'one by one'].map((sub) => issuer.sign({ sub })))
process.send?.({ url, tokens })
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
process.on('disconnect', () => void rm(data_dir, { recursive: true, force: true }).then(() => process.exit()))
