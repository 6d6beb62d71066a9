/** The server's own writers. No client can name itself so: a client id is a TypeID. */
export const SERVER_WRITERS = ['import', 'restore', 'retention', 'dispatch', 'maintenance'] as const
export type ServerWriter = (typeof SERVER_WRITERS)[number]

/** Who makes a change, and which way it came. The table stamps `client_id` and `updated_by` of it; history has all of it. */
export interface Writer {
  /** The user id of the token; null where no user asked for it. */
  readonly by: string | null
  /** As the client names itself with `Client-Id`; one of the server's own by its name. */
  readonly client_id: string | null
  readonly via: 'api' | 'sync' | ServerWriter
}

export function serverWriter(name: ServerWriter): Writer {
  return { by: null, client_id: name, via: name }
}
