import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { root } from './tools.ts'

/** Folders of packages/core/src in the order of the data flow: a folder imports only itself and earlier ones. */
const ORDER = [
  'contracts',
  'backend',
  'importers',
  'benchmarks',
  'model',
  'embed',
  'stores',
  'retrieve',
  'reference',
  'losses',
  'metrics',
  'methods',
  'train',
] as const

/** Packages that only one folder may import. */
const ONLY_IN: Record<string, string> = { '@tensorflow/': 'backend', 'onnxruntime-node': 'backend' }

/** One line for each import that goes against the order, or that loads an engine outside `backend`. */
export async function importDirectionErrors(): Promise<string[]> {
  const source = join(root, 'packages', 'core', 'src')
  const errors: string[] = []
  for (const file of await sourceFiles(source)) {
    const folder = relative(source, file).split(sep)[0]!
    const position = ORDER.indexOf(folder as (typeof ORDER)[number])
    const shown = relative(root, file)
    if (position < 0) {
      errors.push(`${shown}: folder "${folder}" is not in the order of scripts/importDirection.ts`)
      continue
    }
    for (const specifier of imports(await readFile(file, 'utf8'))) {
      for (const [name, owner] of Object.entries(ONLY_IN)) {
        if (specifier.startsWith(name) && folder !== owner)
          errors.push(`${shown}: only ${owner} may import ${specifier}`)
      }
      if (specifier.startsWith('@anamnesis/'))
        errors.push(`${shown}: core imports itself by relative paths, not ${specifier}`)
      if (!specifier.startsWith('.')) continue
      const target = relative(source, resolve(dirname(file), specifier)).split(sep)[0]!
      if (target === '..') {
        if (!specifier.endsWith('.json')) errors.push(`${shown}: ${specifier} leaves the core`)
      } else if (target !== folder && ORDER.indexOf(target as (typeof ORDER)[number]) > position) {
        errors.push(`${shown}: "${folder}" must not import from "${target}", which comes later in the data flow`)
      }
    }
  }
  return errors
}

async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Every module name a file imports, type imports excepted. */
function imports(code: string): string[] {
  const found = code.matchAll(
    /^\s*(?:import|export)\s(?!type\s)[^'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|^\s*import\s+['"]([^'"]+)['"]/gm,
  )
  return [...found].map((match) => (match[1] ?? match[2] ?? match[3])!)
}
