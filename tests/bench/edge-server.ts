import { createServer, type RequestListener } from 'node:http'

import { createFunctionListener } from '#shared/http/server/function-server.ts'
import { silentLog } from '#shared/logging/log.ts'
import { listening } from '#tests/http/harness.ts'
import { createToyApp } from '#tests/http/toy-function.ts'

/** The process whose CPU time tests/bench/edge.ts asks for. `bare` answers the same bytes without any edge. */
const [variant = 'edge'] = process.argv.slice(2)

const bare: RequestListener = (request, response) => {
  request
    .resume()
    .on('end', () => response.writeHead(201, { 'Content-Type': 'application/json' }).end('{"success":true}'))
}

function listener(): RequestListener {
  if (variant === 'bare') return bare
  const app = createToyApp(process.env, { log: silentLog })
  return variant === 'edge' ? createFunctionListener(app) : (request, response) => void app.handle(request, response)
}

const url = await listening(createServer(listener()))
process.send?.({ url })
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
