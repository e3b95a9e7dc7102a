import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { AnamnesisError } from '@anamnesis/core/contracts'

/** @throws PORT_IN_USE naming the port, who holds it where that can be found out, and the way out */
export async function checkPort(port: number, host: string, variable: string, purpose: string): Promise<void> {
  const error = await tryListen(port, host)
  if (error === null) return
  if (error !== 'EADDRINUSE') {
    throw new AnamnesisError(
      'PORT_IN_USE',
      `Port ${port} for the ${purpose} cannot be used (${error}). Choose another one: ${variable}=${port + 1} npm start`,
    )
  }
  const holder = portHolder(port)
  throw new AnamnesisError(
    'PORT_IN_USE',
    `Port ${port} for the ${purpose} is in use${holder ? ` by ${holder}` : ''}. End that program, or choose another port: ${variable}=${port + 1} npm start`,
  )
}

function tryListen(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
}

/** Name and number of the process that listens on a port; null when the system does not tell. */
function portHolder(port: number): string | null {
  try {
    return process.platform === 'linux' ? linuxHolder(port) : lsofHolder(port)
  } catch {
    return null
  }
}

function linuxHolder(port: number): string | null {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      if (local?.endsWith(`:${hex}`) && state === '0A' && inode) inodes.add(`socket:[${inode}]`)
    }
  }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let files: string[]
    try {
      files = readdirSync(`/proc/${pid}/fd`)
    } catch {
      continue // not ours to see
    }
    for (const file of files) {
      try {
        if (!inodes.has(readlinkSync(`/proc/${pid}/fd/${file}`))) continue
      } catch {
        continue
      }
      return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (process ${pid})`
    }
  }
  return null
}

function lsofHolder(port: number): string | null {
  const out = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    encoding: 'utf8',
    timeout: 3000,
  })
  const pid = /^p(\d+)/m.exec(out)?.[1]
  const name = /^c(.+)/m.exec(out)?.[1]
  return pid ? `${name ?? 'a program'} (process ${pid})` : null
}
