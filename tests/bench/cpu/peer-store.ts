/** What the peers' service keeps its audiences in. Rows are JSON text, with a summary beside it for lists. */
export interface PeerStore {
  insert(row: PeerRow): Promise<void>
  get(user_id: string, id: string): Promise<string | undefined>
  /** The newest of a user. */
  summaries(user_id: string, limit: number): Promise<readonly string[]>
}

export interface PeerRow {
  readonly user_id: string
  readonly id: string
  readonly created_at: string
  readonly full: string
  readonly summary: string
}

export const CREATE_TABLE = `CREATE TABLE audiences (
  user_id text NOT NULL, id text NOT NULL, created_at text NOT NULL, "full" text NOT NULL, summary text NOT NULL,
  PRIMARY KEY (user_id, id))`
export const CREATE_INDEX = 'CREATE INDEX newest ON audiences (user_id, created_at DESC, id DESC)'
