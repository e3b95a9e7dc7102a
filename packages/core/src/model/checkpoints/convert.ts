import { AnamnesisError, type ModelConfig } from '../../contracts/index.ts'
import { parameterSpecs } from '../parameters.ts'
import type { TensorToStore } from '../safetensors.ts'
import { elements } from './bytes.ts'
import type { Layout, Shapes, TensorRule } from './layout.ts'
import type { TensorSource } from './source.ts'

/** Tensors named in one message; a foreign checkpoint has hundreds. */
const MOST_NAMED = 20

/** Shape of each of a rule's tensors in the other layout. */
function storedShape({ theirs, transposed }: TensorRule, shape: readonly number[]): number[] {
  const stored = transposed ? [...shape].reverse() : [...shape]
  if (theirs.length > 1) stored[0] = stored[0]! / theirs.length
  return stored
}

/**
 * Checks that a checkpoint holds exactly what an architecture needs. Axes of length 1 are not compared: some write a
 * scalar as a list of one.
 * @returns the harmless tensors that are left out
 * @throws CORRUPT_WEIGHTS naming every missing, unexpected or misshapen tensor by its name in the checkpoint
 */
export function checkTensors(
  layout: Layout,
  rules: readonly TensorRule[],
  config: ModelConfig,
  source: TensorSource,
): string[] {
  const specs = parameterSpecs(config)
  const missing: string[] = []
  const misshapen: string[] = []
  const known = new Set<string>()
  for (const rule of rules) {
    const wanted = storedShape(rule, specs.get(rule.ours)!.shape)
    for (const name of rule.theirs) {
      known.add(name)
      const found = source.tensors.get(name)?.shape
      if (!found) missing.push(name)
      else if (squeezed(found) !== squeezed(wanted)) misshapen.push(`${name} is [${found}], should be [${wanted}]`)
    }
  }
  const others = [...source.tensors.keys()].filter((name) => !known.has(name))
  const unexpected = others.filter((name) => !layout.harmless.test(name))
  const faults = [
    ['missing', missing],
    ['unexpected', unexpected],
    ['of another shape', misshapen],
  ] as const
  const text = faults.filter(([, names]) => names.length > 0).map(([what, names]) => `${what}: ${listed(names)}`)
  if (text.length > 0) {
    throw new AnamnesisError(
      'CORRUPT_WEIGHTS',
      `${source.name} does not fit the ${layout.title} architecture it describes; ${text.join('; ')}. ` +
        'Fetch all its files again, or give the config that belongs to it.',
    )
  }
  return others
}

const squeezed = (shape: readonly number[]) => shape.filter((size) => size !== 1).join()

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(', ')
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown
}

/**
 * Our parameters, in file order, each read from the checkpoint when it is written: one tensor is in memory at a time.
 * Halves stay halves, which loses nothing; all else becomes float32.
 */
export function ourTensors(rules: readonly TensorRule[], config: ModelConfig, source: TensorSource): TensorToStore[] {
  const byName = new Map(rules.map((rule) => [rule.ours, rule]))
  return [...parameterSpecs(config)].map(([name, { shape }]) => {
    const rule = byName.get(name)!
    const halves = rule.theirs.every((part) => source.tensors.get(part)!.type === 'F16')
    return { name, type: halves ? 'F16' : 'F32', shape, data: () => readOurs(rule, shape, source) } as const
  })
}

async function readOurs(rule: TensorRule, shape: readonly number[], source: TensorSource): Promise<Float32Array> {
  if (rule.theirs.length === 1) {
    const values = await source.read(rule.theirs[0]!)
    return rule.transposed ? transpose(values, storedShape(rule, shape)) : values
  }
  const joined = new Float32Array(elements(shape))
  let at = 0
  for (const name of rule.theirs) {
    const part = await source.read(name)
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** The tensors of another layout, each read from ours when it is written. */
export function theirTensors(rules: readonly TensorRule[], config: ModelConfig, source: TensorSource): TensorToStore[] {
  const specs = parameterSpecs(config)
  return rules.flatMap((rule) => {
    const { shape } = specs.get(rule.ours)!
    const stored = storedShape(rule, shape)
    const size = elements(stored)
    const type = source.tensors.get(rule.ours)!.type === 'F16' ? 'F16' : 'F32'
    return rule.theirs.map((name, i) => ({
      name,
      type,
      shape: stored,
      data: async () => {
        const values = await source.read(rule.ours)
        if (rule.transposed) return transpose(values, shape)
        return rule.theirs.length === 1 ? values : values.subarray(i * size, (i + 1) * size)
      },
    })) satisfies TensorToStore[]
  })
}

/** [rows, columns] -> [columns, rows] */
function transpose(values: Float32Array, shape: readonly number[]): Float32Array {
  const [rows, columns] = shape as [number, number]
  const turned = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column]!
  }
  return turned
}

export const shapesOf = (source: TensorSource): Shapes =>
  new Map([...source.tensors].map(([name, { shape }]) => [name, shape]))
