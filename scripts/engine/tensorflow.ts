import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, statfs, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { gpuProblem, SHARED_LIBRARY, tensorflowFolder } from '@anamnesis/core/backend'
import { attempt } from '../tools.ts'
import { unresolvedLibraries } from './libraries.ts'
import { fetchWheel, type Wheel } from './wheel.ts'
import { TENSORFLOW_GPU_WHEEL, TENSORFLOW_NVIDIA_WHEELS, TENSORFLOW_WHEELS, type TensorflowWheel } from './wheels.ts'
import { extract } from './zip.ts'

const PACKAGE_VERSION = '4.22.0'
const NODE_GYP_VERSION = '13.1.0'
/** What the C API's headers include. */
const HEADERS = ['tensorflow/', 'tsl/', 'xla/tsl/'].map((folder) => `tensorflow/include/${folder}`)

/** What is built. */
interface Variant {
  package: string
  wheel: TensorflowWheel
  /** NVIDIA's libraries, which TensorFlow looks for in `../nvidia` from its own. */
  nvidia: readonly Wheel[]
  /** Disk for wheels, unpacked libraries and build. */
  gigabytes: number
}

/** Oldest driver that runs CUDA 12. */
const DRIVER = 525

/**
 * Builds the addon of tfjs-node against the TensorFlow library of a Python wheel: the package's own script would
 * download a library of 2022.
 * @throws Error with one line that says what is missing
 */
export async function installTensorflow(say: (text: string) => void): Promise<void> {
  const platform = `${process.platform}-${process.arch}`
  const wheel = TENSORFLOW_WHEELS[platform]
  if (!wheel) {
    throw new Error(
      `TensorFlow has no library for ${platform}; it has for ${Object.keys(TENSORFLOW_WHEELS).join(', ')}. The onnx engine runs without it.`,
    )
  }
  await install({ package: '@tensorflow/tfjs-node', wheel, nvidia: [], gigabytes: 3 }, say)
}

/**
 * The same with TensorFlow's CUDA kernels; it takes the place of the other one.
 * @param anyway also where no GPU is at hand, as when an image is built for another machine: it computes on the
 *   processor there
 * @throws Error with one line that says what is missing
 */
export async function installTensorflowGpu(anyway: boolean, say: (text: string) => void): Promise<void> {
  const platform = `${process.platform}-${process.arch}`
  if (platform !== 'linux-x64') throw new Error(`TensorFlow has no CUDA kernels for ${platform}, only for linux-x64.`)
  const problem = gpuProblem(DRIVER)
  if (problem && !anyway) {
    throw new Error(`Nothing was installed: ${problem}. Add --anyway to prepare a machine or image that will have one.`)
  }
  const wheel = TENSORFLOW_GPU_WHEEL
  await install({ package: '@tensorflow/tfjs-node-gpu', wheel, nvidia: TENSORFLOW_NVIDIA_WHEELS, gigabytes: 12 }, say)
}

async function install(variant: Variant, say: (text: string) => void): Promise<void> {
  const { package: packageName, wheel, nvidia } = variant
  const folder = tensorflowFolder()
  await checkMachine(dirname(folder), variant.gigabytes)
  const staging = `${folder}.building`
  await rm(staging, { recursive: true, force: true })
  const packageFolder = join(staging, 'node_modules', packageName)
  const deps = join(packageFolder, 'deps')
  const downloads = join(dirname(folder), 'downloads')
  const report = (text: string) => say(`    ${text}`)

  say(`1/5 npm packages ${packageName}@${PACKAGE_VERSION} and node-gyp`)
  await installPackages(staging, packageName)

  const total = [wheel, ...nvidia].reduce((sum, { megabytes }) => sum + megabytes, 0)
  say(`2/5 TensorFlow ${wheel.version} (about ${total} MB)`)
  const archive = await fetchWheel(wheel, downloads, report)

  say('3/5 unpacking library and headers')
  await unpack(archive, wheel, deps)
  const archives = [archive]
  for (const part of nvidia) {
    report(`${part.project} ${part.version}`)
    const path = await fetchWheel(part, downloads, report)
    await extract(path, (name) => (/^nvidia\/.*\.so\.\d/.test(name) ? join(deps, name) : null))
    archives.push(path)
  }

  say('4/5 building the addon (about half a minute)')
  await build(staging, packageFolder)

  if (nvidia.length > 0) await checkLibraries(deps)
  say('5/5 putting it in place and trying it')
  await writeFile(
    join(staging, 'engine.json'),
    `${JSON.stringify({ package: packageName, packageVersion: PACKAGE_VERSION, tensorflow: wheel.version, sha256: wheel.sha256 }, null, 2)}\n`,
  )
  await rm(folder, { recursive: true, force: true })
  await rename(staging, folder)
  for (const path of archives) await rm(path)
}

async function checkMachine(parent: string, gigabytes: number): Promise<void> {
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
  if (bavail * bsize < gigabytes * 2 ** 30) {
    throw new Error(`Missing: disk space, ${gigabytes} GB in ${parent}. Free some, or move ANAMNESIS_HOME.`)
  }
}

/** Names under which the package looks for TensorFlow.js. */
const LIBRARY = ['@tensorflow/tfjs', '@tensorflow/tfjs-core']

/** The package without its scripts; TensorFlow.js itself is replaced by a door to the project's own copy. */
async function installPackages(staging: string, packageName: string): Promise<void> {
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
      dependencies: { [packageName]: PACKAGE_VERSION, 'node-gyp': NODE_GYP_VERSION, ...doors },
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
    throw new Error(`npm could not install ${packageName}@${PACKAGE_VERSION}: ${lastLine(output)}. Check the network.`)
}

async function unpack(archive: string, { libraries }: TensorflowWheel, deps: string): Promise<void> {
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

/** TensorFlow opens NVIDIA's libraries by name when it first needs them. @throws Error naming those that lack others */
async function checkLibraries(deps: string): Promise<void> {
  const folders = (await readdir(join(deps, 'nvidia'))).map((name) => join(deps, 'nvidia', name, 'lib'))
  for (const folder of folders) {
    for (const name of await readdir(folder)) {
      const missing = await unresolvedLibraries(join(folder, name))
      if (missing.length > 0) throw new Error(`Missing: ${missing.join(', ')}, which ${name} needs.`)
    }
  }
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? ''
}
