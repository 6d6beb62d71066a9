/** What a request is answered with. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer | string
}

export function json(body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
    body: JSON.stringify(body),
  }
}

export const noContent = (): Answer => ({ status: 204, headers: {}, body: '' })
