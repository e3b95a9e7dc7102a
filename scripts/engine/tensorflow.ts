import { existsSync } from 'node:fs'
import { mkdir, rename, rm, statfs, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SHARED_LIBRARY, tensorflowFolder } from '@anamnesis/core/backend'
import { attempt } from '../tools.ts'
import { fetchWheel, WHEELS, type Wheel } from './wheel.ts'
import { extract } from './zip.ts'

const PACKAGE = '@tensorflow/tfjs-node'
const PACKAGE_VERSION = '4.22.0'
const NODE_GYP_VERSION = '13.1.0'
/** What the C API's headers include. */
const HEADERS = ['tensorflow/', 'tsl/', 'xla/tsl/'].map((folder) => `tensorflow/include/${folder}`)
/** Wheel, unpacked library and build. */
const NEEDED_BYTES = 3 * 2 ** 30

/**
 * Builds the addon of tfjs-node against the TensorFlow library of a Python wheel: the package's own script would
 * download a library of 2022.
 * @throws Error with one line that says what is missing
 */
export async function installTensorflow(say: (text: string) => void): Promise<void> {
  const folder = tensorflowFolder()
  const wheel = await checkMachine(dirname(folder))
  const staging = `${folder}.building`
  await rm(staging, { recursive: true, force: true })
  const packageFolder = join(staging, 'node_modules', PACKAGE)

  say(`1/5 npm packages ${PACKAGE}@${PACKAGE_VERSION} and node-gyp`)
  await installPackages(staging)

  say(`2/5 TensorFlow ${wheel.version} (about 250 MB)`)
  const archive = await fetchWheel(wheel, join(dirname(folder), 'downloads'), (text) => say(`    ${text}`))

  say('3/5 unpacking library and headers')
  await unpack(archive, wheel, join(packageFolder, 'deps'))

  say('4/5 building the addon (about half a minute)')
  await build(staging, packageFolder)

  say('5/5 putting it in place and trying it')
  await writeFile(
    join(staging, 'engine.json'),
    `${JSON.stringify({ package: PACKAGE, packageVersion: PACKAGE_VERSION, tensorflow: wheel.version, sha256: wheel.sha256 }, null, 2)}\n`,
  )
  await rm(folder, { recursive: true, force: true })
  await rename(staging, folder)
  await rm(archive)
}

/** @returns the wheel for this machine */
async function checkMachine(parent: string): Promise<Wheel> {
  const platform = `${process.platform}-${process.arch}`
  const wheel = WHEELS[platform]
  if (!wheel) {
    throw new Error(
      `TensorFlow has no library for ${platform}; it has for ${Object.keys(WHEELS).join(', ')}. The onnx engine runs without it.`,
    )
  }
  const compiler = process.env.CXX ?? 'c++'
  for (const [program, way] of [
    [compiler, 'install a C++ compiler (Debian: apt install g++; macOS: xcode-select --install)'],
    ['make', 'install make (Debian: apt install make)'],
    ['python3', 'install Python 3, which node-gyp needs'],
  ] as const) {
    const { code } = await attempt(program, ['--version'], { quiet: true })
    if (code !== 0) throw new Error(`Missing: ${program}; ${way} and run the command again.`)
  }
  await mkdir(parent, { recursive: true })
  const { bavail, bsize } = await statfs(parent)
  if (bavail * bsize < NEEDED_BYTES) {
    throw new Error(`Missing: disk space, 3 GB in ${parent}. Free some, or move ANAMNESIS_HOME.`)
  }
  return wheel
}

/** Names under which the package looks for TensorFlow.js. */
const LIBRARY = ['@tensorflow/tfjs', '@tensorflow/tfjs-core']

/** The package without its scripts; TensorFlow.js itself is replaced by a door to the project's own copy. */
async function installPackages(staging: string): Promise<void> {
  const doors: Record<string, string> = {}
  for (const name of LIBRARY) {
    const door = basename(name)
    doors[name] = `file:${door}`
    await mkdir(join(staging, door), { recursive: true })
    const description = { name, version: PACKAGE_VERSION, main: 'index.js' }
    await writeFile(join(staging, door, 'package.json'), JSON.stringify(description))
    await writeFile(
      join(staging, door, 'index.js'),
      `module.exports = globalThis[Symbol.for('${SHARED_LIBRARY.description}')]\n`,
    )
  }
  await writeFile(
    join(staging, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: { [PACKAGE]: PACKAGE_VERSION, 'node-gyp': NODE_GYP_VERSION, ...doors },
      overrides: doors,
    }),
  )
  const options = [
    '--ignore-scripts',
    '--install-links',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
  ]
  const { code, output } = await attempt('npm', ['install', ...options], { cwd: staging, quiet: true })
  if (code !== 0)
    throw new Error(`npm could not install ${PACKAGE}@${PACKAGE_VERSION}: ${lastLine(output)}. Check the network.`)
}

async function unpack(archive: string, { libraries }: Wheel, deps: string): Promise<void> {
  const written = await extract(archive, (name) => {
    if (HEADERS.some((folder) => name.startsWith(folder))) return join(deps, name.slice('tensorflow/'.length))
    return name.startsWith('tensorflow/lib') && basename(name) in libraries ? join(deps, 'lib', basename(name)) : null
  })
  for (const [file, link] of Object.entries(libraries)) {
    if (!existsSync(join(deps, 'lib', file)))
      throw new Error(`The wheel has no ${file} (${written} files were unpacked).`)
    await symlink(file, join(deps, 'lib', link))
  }
}

async function build(staging: string, packageFolder: string): Promise<void> {
  const nodeFolder = [dirname(dirname(process.execPath)), '/usr', '/usr/local'].find((folder) =>
    existsSync(join(folder, 'include', 'node', 'node_api.h')),
  )
  const gyp = join(staging, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  const modulePath = join(packageFolder, 'lib', 'napi-v8')
  const settings = [
    '--module_name=tfjs_binding',
    `--module_path=${modulePath}`,
    '--napi_version=8',
    '--napi_build_version=8',
  ]
  const headers = nodeFolder ? [`--nodedir=${nodeFolder}`] : [] // otherwise node-gyp downloads them
  const { code, output } = await attempt(process.execPath, [gyp, 'rebuild', ...settings, ...headers], {
    cwd: packageFolder,
    quiet: true,
  })
  if (code === 0 && existsSync(join(modulePath, 'tfjs_binding.node'))) return
  await writeFile(join(staging, 'build.log'), output)
  throw new Error(`The addon did not build; the compiler's output is in ${join(staging, 'build.log')}.`)
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? ''
}
