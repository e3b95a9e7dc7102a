import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { attempt } from '../tools.ts'

/** A Python wheel whose files an engine is made of, for one platform. */
export interface Wheel {
  project: string
  version: string
  /** `cp311` for wheels of one CPython: any of them carries the same libraries. */
  python: 'cp311' | 'py3'
  /** Platform tags as they stand in the file's name. */
  platform: string
  sha256: string
  /** Size for people, in MB. */
  megabytes: number
}

function wheelFile({ project, version, python, platform }: Wheel): string {
  const abi = python === 'py3' ? 'none' : python
  return `${project.replaceAll('-', '_')}-${version}-${python}-${abi}-${platform}.whl`
}

/**
 * Fetches the wheel into a folder, unless a sound copy is there.
 * @returns its path @throws Error with one line for the user
 */
export async function fetchWheel(wheel: Wheel, folder: string, say: (text: string) => void): Promise<string> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, wheelFile(wheel))
  if (existsSync(path)) {
    if ((await digest(path)) === wheel.sha256) return path
    await rm(path)
  }
  const complaint = (await throughPip(wheel, folder)) ? null : await throughHttps(wheel, path, say)
  if (complaint !== null || !existsSync(path)) {
    throw new Error(
      `Could not download ${wheelFile(wheel)} (${complaint ?? 'no file'}). Check the network, set PIP_INDEX_URL to an index that has it, or put the file into ${folder}.`,
    )
  }
  const found = await digest(path)
  if (found !== wheel.sha256) {
    await rm(path)
    throw new Error(
      `${wheelFile(wheel)} is not the expected file (sha256 ${found}, not ${wheel.sha256}) and was deleted.`,
    )
  }
  return path
}

/** pip knows the machine's index, proxy and certificates. */
async function throughPip(wheel: Wheel, folder: string): Promise<boolean> {
  const choice = [
    '--no-deps',
    '--only-binary=:all:',
    '--python-version',
    '3.11',
    '--implementation',
    'cp',
    '--abi',
    'cp311',
  ]
  const platforms = wheel.platform.split('.').flatMap((platform) => ['--platform', platform])
  const requirement = [...platforms, '--dest', folder, `${wheel.project}==${wheel.version}`]
  for (const python of ['python3', 'python']) {
    const args = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', ...choice, ...requirement]
    if ((await attempt(python, args, { quiet: true })).code === 0) return true
  }
  return false
}

/** @returns null when the file is there, otherwise what went wrong */
async function throughHttps(wheel: Wheel, path: string, say: (text: string) => void): Promise<string | null> {
  const index = (process.env.PIP_INDEX_URL || 'https://pypi.org/simple').replace(/\/$/, '')
  const page = `${index}/${wheel.project}/`
  try {
    const listing = await fetch(page)
    if (!listing.ok) return `the package index answered ${listing.status}`
    const link = [...(await listing.text()).matchAll(/href="([^"]+)"/g)]
      .map((match) => match[1]!.replaceAll('&amp;', '&'))
      .find((href) => href.split('#')[0]!.endsWith(wheelFile(wheel)))
    if (!link) return 'the package index does not list it'
    const response = await fetch(new URL(link, listing.url))
    if (!response.ok || !response.body) return `the download answered ${response.status}`
    const total = Number(response.headers.get('content-length') ?? 0)
    await pipeline(Readable.fromWeb(response.body as never), progress(total, say), createWriteStream(`${path}.part`))
    await rename(`${path}.part`, path)
    return null
  } catch (error) {
    const { message, cause } = error as Error
    return cause instanceof Error ? cause.message : message
  }
}

/** Says how far a download is, every tenth of it. */
function progress(total: number, say: (text: string) => void): Transform {
  let seen = 0
  let said = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      if (total > 0 && seen / total >= said + 0.1) {
        said = Math.floor((seen / total) * 10) / 10
        say(`${Math.round(said * 100)} % of ${Math.round(total / 2 ** 20)} MB`)
      }
      done(null, chunk)
    },
  })
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
