import fs from 'node:fs'
import path from 'node:path'

/**
 * Replaces a small file as a whole, with the disk waited for. Whatever fails, a full disk above all, leaves the file as it
 * was and nothing beside it.
 */
export function writeWhole(file: string, text: string, mode: number): void {
  const prepared = `${file}.new`
  fs.rmSync(prepared, { force: true })
  try {
    fs.writeFileSync(prepared, text, { flag: 'wx', mode, flush: true })
    fs.renameSync(prepared, file)
  } catch (error) {
    fs.rmSync(prepared, { force: true })
    throw error
  }
  const folder = fs.openSync(path.dirname(file), 'r')
  try {
    fs.fsyncSync(folder)
  } finally {
    fs.closeSync(folder)
  }
}
