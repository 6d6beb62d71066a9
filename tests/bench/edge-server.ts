import { createServer, type RequestListener, type Server } from 'node:http'

import { silentLog } from '#shared/logging/log.ts'
import { listening } from '#tests/http/harness.ts'
import { createToyApp } from '#tests/http/toy-function.ts'
import { SERVERS, type ServerName } from './framework-server.ts'

/** The process whose CPU time tests/bench/edge.ts asks for. `bare` answers the same bytes without any edge. */
const [variant = 'ours'] = process.argv.slice(2) as ['bare' | ServerName | undefined]

const bare: RequestListener = (request, response) => {
  request
    .resume()
    .on('end', () => response.writeHead(201, { 'Content-Type': 'application/json' }).end('{"success":true}'))
}

function server(): Server {
  if (variant === 'bare') return createServer(bare)
  return SERVERS[variant](createToyApp(process.env, { log: silentLog }))
}

const url = await listening(server())
process.send?.({ url })
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
