import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, statfs, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  CUDA_DRIVER,
  CUDA_NOTE,
  type CudaNote,
  cudaFolder,
  gpuProblem,
  PROVIDER_LIBRARIES,
  runtimeFolder,
} from '@anamnesis/core/backend'
import { unresolvedLibraries } from './libraries.ts'
import { fetchWheel } from './wheel.ts'
import { ONNXRUNTIME_GPU_WHEEL, ONNXRUNTIME_NVIDIA_WHEELS } from './wheels.ts'
import { extract } from './zip.ts'

/** Wheels and unpacked libraries. */
const NEEDED_BYTES = 5 * 2 ** 30

/**
 * Loaded before the provider, in this order: a library comes after those it needs. The rest of what the wheels hold is
 * opened by these when it is wanted, and found beside them.
 */
const LOAD_FIRST = [
  'libcudart.so.13',
  'libcublasLt.so.13',
  'libcublas.so.13',
  'libcurand.so.10',
  'libcufft.so.12',
  'libnvrtc.so.13',
  'libcudnn.so.9',
]

export interface CudaOptions {
  /** Install also where no GPU is at hand, as when an image is built for another machine. */
  anyway: boolean
  /** Take the machine's own CUDA 13 and cuDNN 9 instead of NVIDIA's wheels. */
  systemLibraries: boolean
}

/**
 * Adds the CUDA provider to the onnx engine: the provider from the wheel of the same version, NVIDIA's libraries from
 * NVIDIA's wheels. Links the provider beside the runtime's own library, where the runtime looks for it.
 * @throws Error with one line that says what is missing
 */
export async function installCuda(
  { anyway, systemLibraries }: CudaOptions,
  say: (text: string) => void,
): Promise<void> {
  await checkMachine(anyway)
  const folder = cudaFolder()
  const staging = `${folder}.building`
  await rm(staging, { recursive: true, force: true })
  const downloads = join(dirname(folder), 'downloads')
  const report = (text: string) => say(`    ${text}`)

  say(`1/4 onnxruntime ${ONNXRUNTIME_GPU_WHEEL.version} for CUDA (about ${ONNXRUNTIME_GPU_WHEEL.megabytes} MB)`)
  const provider = await fetchWheel(ONNXRUNTIME_GPU_WHEEL, downloads, report)
  await extract(provider, (name) =>
    PROVIDER_LIBRARIES.some((library) => name.endsWith(`/${library}`)) ? join(staging, 'lib', basename(name)) : null,
  )

  const wheels = systemLibraries ? [] : ONNXRUNTIME_NVIDIA_WHEELS
  const archives: string[] = []
  const total = wheels.reduce((sum, { megabytes }) => sum + megabytes, 0)
  say(systemLibraries ? "2/4 the machine's own CUDA" : `2/4 NVIDIA's libraries (about ${total} MB)`)
  for (const wheel of wheels) {
    report(`${wheel.project} ${wheel.version}`)
    const archive = await fetchWheel(wheel, downloads, report)
    await extract(archive, (name) => (/\.so\.\d/.test(name) ? join(staging, 'lib', basename(name)) : null))
    archives.push(archive)
  }

  say('3/4 looking whether every library finds the others')
  const lacking = [...(await unresolvedCuda(join(staging, 'lib')))]
  if (lacking.length > 0) {
    const list = lacking.map(([library, by]) => `${library} (wanted by ${by})`).join(', ')
    throw new Error(`Missing: ${list}. Install CUDA 13 and cuDNN 9, or leave --system-libraries away.`)
  }
  const note: CudaNote = {
    onnxruntime: ONNXRUNTIME_GPU_WHEEL.version,
    libraries: systemLibraries ? [] : LOAD_FIRST,
  }
  await writeFile(join(staging, CUDA_NOTE), `${JSON.stringify(note, null, 2)}\n`)

  say('4/4 putting it in place')
  await rm(folder, { recursive: true, force: true })
  await rename(staging, folder)
  await linkProvider(folder)
  for (const archive of [provider, ...archives]) await rm(archive)
}

/** Puts the provider beside the runtime again when a fresh `npm ci` took it away. @returns whether it was installed */
export async function relinkCuda(): Promise<boolean> {
  const folder = cudaFolder()
  if (!existsSync(join(folder, CUDA_NOTE))) return false
  await linkProvider(folder)
  return true
}

async function linkProvider(folder: string): Promise<void> {
  for (const name of PROVIDER_LIBRARIES) {
    const link = join(runtimeFolder(), name)
    await rm(link, { force: true })
    await symlink(join(folder, 'lib', name), link)
  }
}

async function checkMachine(anyway: boolean): Promise<void> {
  const platform = `${process.platform}-${process.arch}`
  if (platform !== 'linux-x64') {
    throw new Error(
      `onnxruntime-node has no CUDA provider for ${platform}, only for linux-x64. The onnx engine runs without it.`,
    )
  }
  const problem = gpuProblem(CUDA_DRIVER)
  if (problem && !anyway) {
    throw new Error(`Nothing was installed: ${problem}. Add --anyway to prepare a machine or image that will have one.`)
  }
  const parent = dirname(cudaFolder())
  await mkdir(parent, { recursive: true })
  const { bavail, bsize } = await statfs(parent)
  if (bavail * bsize < NEEDED_BYTES) {
    throw new Error(`Missing: disk space, 5 GB in ${parent}. Free some, or move ANAMNESIS_HOME.`)
  }
}

/**
 * Libraries that are not found, with one that wants each; the driver's does not count.
 * @param folder `lib/` of an installation
 */
export async function unresolvedCuda(folder: string): Promise<Map<string, string>> {
  const lacking = new Map<string, string>()
  for (const name of await readdir(folder)) {
    // What the provider wants is loaded before it; NVIDIA's libraries find each other by themselves.
    const provider = PROVIDER_LIBRARIES.some((library) => library === name)
    const missing = await unresolvedLibraries(join(folder, name), provider ? [folder] : [])
    for (const library of missing) lacking.set(library, name)
  }
  return lacking
}
