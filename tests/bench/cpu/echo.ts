import { http } from '@google-cloud/functions-framework'
import { getTestServer } from '@google-cloud/functions-framework/testing'

/** The least that a function does in the framework: it answers with the body that it was sent. */
http('echo', (request, response) => {
  response.json(request.body ?? {})
})
// As many connections may wait as those of a service.
const server = getTestServer('echo').listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  process.stdout.write(
    `${JSON.stringify({ url: `http://127.0.0.1:${(server.address() as { port: number }).port}` })}\n`,
  )
})
// Between two rounds connections stay open.
server.keepAliveTimeout = 600_000
