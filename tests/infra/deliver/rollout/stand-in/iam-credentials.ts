import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import * as z from 'zod'

import { listen } from '#shared/http/server/serve.ts'

/** The access token that the stand-in of gcloud prints. */
export const ACCESS_TOKEN = 'an-access-token'

/** For whom an identity token was asked, by the holder of the access token. */
const request = z.object({ audience: z.string(), includeEmail: z.literal(true) })
const PATH = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):generateIdToken$/

export interface IamCredentials {
  /** What the command needs. */
  readonly environment: Readonly<Record<string, string>>
  close(): void
}

/**
 * The IAM Service Account Credentials API as the delivery account sees it: identity tokens of the smoke user, and nothing
 * else. @param token none: refused
 */
export async function startIamCredentials(
  token: (account: string, audience: string) => Promise<string | undefined>,
): Promise<IamCredentials> {
  const answered = async (call: IncomingMessage): Promise<[number, object]> => {
    const [, account = ''] = PATH.exec(decodeURIComponent(call.url ?? '')) ?? []
    if (call.headers.authorization !== `Bearer ${ACCESS_TOKEN}`)
      return refusal(401, 'UNAUTHENTICATED', 'No such token.')
    if (call.method !== 'POST' || account === '') return refusal(403, 'PERMISSION_DENIED', DENIED)
    const identity_token = await token(account, request.parse(await json(call)).audience)
    return identity_token === undefined ? refusal(403, 'PERMISSION_DENIED', DENIED) : [200, { token: identity_token }]
  }
  const server = createServer((call, response) => {
    answered(call).then(
      ([status, body]) => response.writeHead(status).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  const { port } = await listen(server, 0, '127.0.0.1')
  return {
    environment: { IAM_CREDENTIALS_API_ENDPOINT: `http://127.0.0.1:${port}` },
    close: () => void server.close(),
  }
}

const DENIED = "Permission 'iam.serviceAccounts.getOpenIdToken' denied on resource (or it may not exist)."

function refusal(code: number, status: string, message: string): [number, object] {
  return [code, { error: { code, status, message } }]
}
