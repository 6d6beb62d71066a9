import pg from 'pg'

const CONNECTIONS = 10

/** A pool on a server without a password, whose statements are prepared once. */
export function openPool(host, port) {
  const pool = new pg.Pool({ host, port, user: 'bench', database: 'postgres', max: CONNECTIONS })
  return async (name, text, values = []) => (await pool.query({ ...(name && { name }), text, values })).rows
}
