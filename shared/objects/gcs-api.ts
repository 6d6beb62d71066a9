import type { Storage } from '@google-cloud/storage'
import { Agent as HttpAgent, type ClientRequest, type IncomingHttpHeaders, request as requestByHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestByHttps } from 'node:https'
import { urlToHttpOptions } from 'node:url'

/** What the official client knows: where the service is, and how a request to it is signed. */
export interface GcsTarget extends Pick<Storage, 'apiEndpoint' | 'customEndpoint'> {
  readonly authClient: Pick<Storage['authClient'], 'getRequestHeaders'>
}

/** One request to the JSON API of Cloud Storage. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST'
  /** With the query, encoded. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent one after the other. */
  readonly body?: readonly Uint8Array[]
}

/** The whole answer, whatever its status. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** As many as the official client opens to one host. */
const CONNECTIONS_MAX = 100

/**
 * Sends requests to Cloud Storage over connections that are kept. The official client says where and as whom; its own
 * way of sending costs several times the processor time of the request (decision 0036).
 */
export class GcsApi {
  readonly #target: GcsTarget
  readonly #address: { readonly hostname: string; readonly port: string }
  readonly #send: typeof requestByHttp
  readonly #agent: HttpAgent

  constructor(target: GcsTarget) {
    this.#target = target
    const { protocol, hostname, port } = urlToHttpOptions(new URL(target.apiEndpoint))
    this.#address = { hostname: hostname ?? '', port: String(port ?? '') }
    const is_encrypted = protocol === 'https:'
    const connections = { keepAlive: true, maxSockets: CONNECTIONS_MAX }
    this.#send = is_encrypted ? requestByHttps : requestByHttp
    this.#agent = is_encrypted ? new HttpsAgent(connections) : new HttpAgent(connections)
  }

  /**
   * Makes exactly one attempt.
   * @param signal ends it, whatever it has come to
   * @throws when no whole answer arrives
   */
  async send({ method, path, headers, body = [] }: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    const credentials = await this.#credentials()
    const length = body.reduce((sum, piece) => sum + piece.length, 0)
    const request = this.#send({
      ...this.#address,
      method,
      path,
      agent: this.#agent,
      headers: { ...credentials, ...headers, ...(method === 'POST' && { 'Content-Length': length }) },
    })
    const answer = answerTo(request, signal)
    for (const piece of body) request.write(piece)
    request.end()
    return await answer
  }

  /** The headers that sign a request; none for another service with this API, as the official client has it. */
  async #credentials(): Promise<Readonly<Record<string, string>>> {
    if (this.#target.customEndpoint) return {}
    return Object.fromEntries(await this.#target.authClient.getRequestHeaders())
  }
}

function answerTo(request: ClientRequest, signal: AbortSignal): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const giveUp = () => request.destroy(new Error('the request was aborted'))
    const fail = (error: Error) => {
      signal.removeEventListener('abort', giveUp)
      reject(error)
    }
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp)
    request.on('error', fail)
    request.on('response', (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      // An answer that breaks off ends with this.
      response.on('error', fail)
      response.on('end', () => {
        signal.removeEventListener('abort', giveUp)
        const body = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
  })
}
