import type { KeyManagementServiceClient, protos } from '@google-cloud/kms'

/** How one call may end early. */
export interface CallLimit {
  timeout_ms: number
  signal: AbortSignal
}

/** The part of the official client that is used. Every call is one attempt, and ends when `signal` aborts. */
export interface KmsClient {
  encrypt: Method<protos.google.cloud.kms.v1.IEncryptRequest, protos.google.cloud.kms.v1.IEncryptResponse>
  decrypt: Method<protos.google.cloud.kms.v1.IDecryptRequest, protos.google.cloud.kms.v1.IDecryptResponse>
  getCryptoKey: Method<protos.google.cloud.kms.v1.IGetCryptoKeyRequest, protos.google.cloud.kms.v1.ICryptoKey>
}
type Method<Request, Answer> = (request: Request & { name: string }, limit: CallLimit) => Promise<Answer>

/**
 * Loads and authenticates the official client. Loading takes most of a second, so nothing but a call may cause it.
 *
 * Calls go below the client's own methods, for two reasons. Those write request and answer, plaintext included, to the
 * debug log when GOOGLE_SDK_NODE_LOGGING is set. And when credentials are unavailable they throw outside of any promise
 * that a caller could catch, which ends the process; here it is `initialize` that fails.
 *
 * @param api_endpoint a stand-in, called by REST and without credentials; otherwise Cloud KMS, by gRPC
 */
export async function openKmsClient(api_endpoint: string | undefined): Promise<KmsClient> {
  const { KeyManagementServiceClient } = await import('@google-cloud/kms')
  const client = new KeyManagementServiceClient({
    enableTelemetryLogging: false,
    ...(api_endpoint === undefined ? {} : standInOptions(api_endpoint)),
  })
  await client.initialize()
  return {
    encrypt: methodOf(client, 'encrypt'),
    decrypt: methodOf(client, 'decrypt'),
    getCryptoKey: methodOf(client, 'getCryptoKey'),
  }
}

function methodOf<Request, Answer>(client: KeyManagementServiceClient, name: keyof KmsClient): Method<Request, Answer> {
  const method = client.innerApiCalls[name] as (request: Request, options: object) => Promise<[Answer]>
  return async (request, { timeout_ms, signal }) => {
    // The header by which the service finds the key's location; the client's own methods would set it.
    const headers = { 'x-goog-request-params': `name=${encodeURIComponent(request.name)}` }
    const [answer] = await method(request, { timeout: timeout_ms, signal, retry: null, otherArgs: { headers } })
    return answer
  }
}

type ClientOptions = NonNullable<ConstructorParameters<typeof KeyManagementServiceClient>[0]>

function standInOptions(api_endpoint: string): ClientOptions {
  const { protocol, hostname, port } = new URL(api_endpoint)
  /** All that the client needs of its authentication library over REST. */
  const auth_client: unknown = {
    getRequestHeaders: () => Promise.resolve(new Headers()),
    fetch: (url: string, request: RequestInit) => fetch(url, restOf(request)),
  }
  return {
    fallback: true,
    protocol: protocol.slice(0, -1),
    apiEndpoint: hostname,
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    authClient: auth_client as NonNullable<ClientOptions['authClient']>,
  }
}

/** Without the options that only the authentication library's own `fetch` knows. */
function restOf({ method, headers, body, signal }: RequestInit): RequestInit {
  return {
    ...(method !== undefined && { method }),
    ...(headers !== undefined && { headers }),
    ...(body !== undefined && { body }),
    ...(signal !== undefined && { signal }),
  }
}
