import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ServiceAnswer {
  readonly status?: number
  readonly body: string
  /** False: it forgets to let pages of other origins read it. */
  readonly has_cors?: boolean
}

/** A service of the customer at an origin of its own, as the guide for those who run one says. */
export interface CustomerService {
  readonly url: string
  /** What it answers from now on; undefined: it never does. */
  answer: ServiceAnswer | undefined
  /** The bodies of the requests, and what they said of who asks. */
  readonly requests: readonly { readonly body: unknown; readonly names: readonly (string | undefined)[] }[]
  end(): Promise<void>
}

export async function startCustomerService(): Promise<CustomerService> {
  const requests: { readonly body: unknown; readonly names: readonly (string | undefined)[] }[] = []
  const server = createServer((request, response) => {
    const { answer } = service
    if (answer?.has_cors ?? true) {
      response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '')
      response.setHeader('Access-Control-Allow-Headers', 'Content-Type')
    }
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { authorization, cookie } = request.headers
      requests.push({ body: JSON.parse(Buffer.concat(chunks).toString()), names: [authorization, cookie] })
      if (answer) response.writeHead(answer.status ?? 200, { 'Content-Type': 'application/json' }).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const service: CustomerService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/service`,
    answer: undefined,
    requests,
    end: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return service
}
