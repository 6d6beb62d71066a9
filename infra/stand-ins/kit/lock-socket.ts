/**
 * A socket in a folder that its owner listens at. The kernel takes a connection for as long as the owner lives, also when
 * it is busy or stopped, and refuses it from the moment it is gone, whatever killed it: in any PID namespace.
 */
import fs from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import os from 'node:os'
import path from 'node:path'

/** What the kernel says of a socket. */
export type SocketLife = 'answers' | 'refuses' | 'absent' | 'unknown'

/** Bytes of an address: 108 on Linux, 104 on macOS, with a final zero. */
const ADDRESS_BYTES_MAX = 103

/** @returns undefined where the file system has no sockets */
export async function listenInFolder(folder: string, name: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy()).unref()
  const is_listening = await addressed(folder, name, (address) => {
    return new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(address, () => resolve(true))
    })
  })
  if (is_listening !== true) return undefined
  // Another user's start must be able to ask, too.
  fs.chmodSync(path.join(folder, name), 0o666)
  return server
}

/** Asks the kernel whether somebody listens at a socket. */
export async function probeSocket(folder: string, name: string): Promise<SocketLife> {
  const code = await addressed(folder, name, (address) => {
    return new Promise<string>((resolve) => {
      const socket = connect(address)
      socket
        .once('connect', () => resolve(''))
        .once('error', ({ code: fault = '?' }: NodeJS.ErrnoException) => resolve(fault))
      socket.unref().once('connect', () => socket.destroy())
    })
  })
  switch (code) {
    case '':
    // Its queue is full: it lives, and takes no connection at the moment.
    case 'EAGAIN':
      return 'answers'
    case 'ECONNREFUSED':
      return 'refuses'
    case 'ENOENT':
      return 'absent'
    default:
      return 'unknown'
  }
}

/** Calls `use` with an address that is short enough, by way of a link where the folder's own path is too long. */
async function addressed<T>(
  folder: string,
  name: string,
  use: (address: string) => Promise<T>,
): Promise<T | undefined> {
  const whole = path.join(folder, name)
  if (Buffer.byteLength(whole) <= ADDRESS_BYTES_MAX) return await use(whole)
  const link = path.join(os.tmpdir(), `am-${name}-${process.pid}`)
  const address = path.join(link, name)
  if (Buffer.byteLength(address) > ADDRESS_BYTES_MAX) return undefined
  try {
    fs.symlinkSync(folder, link)
  } catch {
    // Without a place for the link there is no socket; signs of life in the file are left.
    return undefined
  }
  try {
    return await use(address)
  } finally {
    fs.rmSync(link, { force: true })
  }
}
