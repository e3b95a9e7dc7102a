import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Why no NVIDIA GPU can be used on this machine, in one line; null when one is at hand.
 * @param leastDriver oldest usable major version of the driver
 * @param root where /proc and /dev are, for tests
 */
export function gpuProblem(leastDriver: number, root = '/'): string | null {
  if (existsSync(join(root, 'dev/dxg'))) return null // Windows lends its GPU to Linux; its driver is not to be seen here
  const version = join(root, 'proc/driver/nvidia/version')
  if (!existsSync(version))
    return 'no NVIDIA GPU is at hand: its driver is not loaded (there is no /proc/driver/nvidia)'
  if (!existsSync(join(root, 'dev/nvidiactl'))) {
    return 'the NVIDIA driver is loaded, but no device is in reach (there is no /dev/nvidiactl); a container needs "--gpus all"'
  }
  const driver = /Kernel Module(?: for \S+)?\s+(\d+)\.\S+/.exec(readFileSync(version, 'utf8'))
  if (driver && Number(driver[1]) < leastDriver) {
    return `the NVIDIA driver is of version ${driver[1]}; ${leastDriver} or later is needed`
  }
  return null
}
