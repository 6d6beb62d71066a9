/** @throws TypeError when `name` cannot name a storage everywhere, as a database and as a file */
export function requireStorageName(name: string): void {
  if (!/^[a-z0-9_-]{1,100}$/.test(name)) {
    throw new TypeError(`${JSON.stringify(name)} cannot name a storage: use a-z, 0-9, _ and -, at most 100 of them.`)
  }
}
