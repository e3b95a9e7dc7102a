import { delimiter, dirname } from 'node:path'
import { attempt } from '../tools.ts'

/** Comes with the driver of a GPU, so it is absent wherever there is none, and nothing else brings it. */
const DRIVER_LIBRARY = 'libcuda.so.1'

/**
 * Shared libraries that the dynamic linker would not find for a file, by name. Linux only.
 * @param folders looked into besides the machine's own
 * @returns the driver's library apart: only a GPU brings it
 * @throws Error when the file is none that the linker understands
 */
export async function unresolvedLibraries(
  file: string,
  folders: readonly string[] = [dirname(file)],
): Promise<{ missing: string[]; driver: boolean }> {
  const path = [...folders, process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(delimiter)
  const { code, output } = await attempt('ldd', [file], { quiet: true, env: { LD_LIBRARY_PATH: path } })
  if (code !== 0) throw new Error(`ldd ${file}: ${output.trim().split('\n').at(-1)}`)
  const names = new Set([...output.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1]!))
  const driver = names.delete(DRIVER_LIBRARY)
  return { missing: [...names].sort(), driver }
}
