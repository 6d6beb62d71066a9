import { DatabaseSync } from 'node:sqlite'
import { CREATE_INDEX, CREATE_TABLE, type PeerStore } from './peer-store.ts'

/** A query of `peers/services/postgres.js`, whose library is installed by this benchmark alone. */
type Query = (
  name: string | undefined,
  text: string,
  values?: readonly unknown[],
) => Promise<readonly Readonly<Record<string, string>>[]>

export async function postgresStore(host: string, port: number): Promise<PeerStore> {
  const library = new URL('../peers/services/postgres.js', import.meta.url).href
  const { openPool } = (await import(library)) as { openPool: (host: string, port: number) => Query }
  const query = openPool(host, port)
  await query(undefined, CREATE_TABLE)
  await query(undefined, CREATE_INDEX)
  return {
    async insert({ user_id, id, created_at, full, summary }) {
      const values = [user_id, id, created_at, full, summary]
      await query('insert', 'INSERT INTO audiences VALUES ($1, $2, $3, $4, $5)', values)
    },
    async get(user_id, id) {
      const rows = await query('get', 'SELECT "full" FROM audiences WHERE user_id = $1 AND id = $2', [user_id, id])
      return rows[0]?.['full']
    },
    async summaries(user_id, limit) {
      const text = 'SELECT summary FROM audiences WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2'
      return (await query('summaries', text, [user_id, limit])).map((row) => row['summary'] ?? '')
    },
  }
}

/** @param path of the file; every insert is on the disk before it is answered */
export function sqliteStore(path: string): PeerStore {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec(CREATE_TABLE)
  database.exec(CREATE_INDEX)
  const insert = database.prepare('INSERT INTO audiences VALUES (?, ?, ?, ?, ?)')
  const get = database.prepare('SELECT "full" FROM audiences WHERE user_id = ? AND id = ?')
  const newest = database.prepare(
    'SELECT summary FROM audiences WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT ?',
  )
  return {
    async insert({ user_id, id, created_at, full, summary }) {
      insert.run(user_id, id, created_at, full, summary)
    },
    async get(user_id, id) {
      return get.get(user_id, id)?.['full'] as string | undefined
    },
    async summaries(user_id, limit) {
      return newest.all(user_id, limit).map((row) => row['summary'] as string)
    },
  }
}
