/** The requests by which other processes control a stand-in: `GET|POST /_faults` and `GET|DELETE /_operations`. */
interface Controlled {
  faults: { state(): object; control(body: unknown): void }
  operations: { counts(): object; reset(): void }
}

/**
 * @param request `POST /_faults`
 * @param body parses the body
 * @returns the state after the request; undefined when it is no control request
 */
export function control({ faults, operations }: Controlled, request: string, body: () => unknown): object | undefined {
  switch (request) {
    case 'GET /_faults':
      return faults.state()
    case 'POST /_faults':
      faults.control(body())
      return faults.state()
    case 'GET /_operations':
      return operations.counts()
    case 'DELETE /_operations':
      operations.reset()
      return operations.counts()
    default:
      return undefined
  }
}
