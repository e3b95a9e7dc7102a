import { delimiter } from 'node:path'
import { attempt } from '../tools.ts'

/** Comes with the driver of a GPU, so it is absent wherever there is none, and nothing else brings it. */
const DRIVER_LIBRARY = 'libcuda.so.1'

/**
 * Shared libraries that the dynamic linker would not find for a file, by name. Linux only.
 * @param folders looked into besides those that the file itself and the machine name
 * @returns all but the driver's, which only a GPU brings
 * @throws Error when the file is none that the linker understands
 */
export async function unresolvedLibraries(file: string, folders: readonly string[] = []): Promise<string[]> {
  const path = [...folders, process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(delimiter)
  const { code, output } = await attempt('ldd', [file], { quiet: true, env: { LD_LIBRARY_PATH: path } })
  if (code !== 0) throw new Error(`ldd ${file}: ${output.trim().split('\n').at(-1)}`)
  const names = new Set([...output.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1]!))
  names.delete(DRIVER_LIBRARY)
  return [...names].sort()
}
