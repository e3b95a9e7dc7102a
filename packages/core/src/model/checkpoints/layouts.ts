import { AnamnesisError } from '../../contracts/index.ts'
import { huggingFace } from './huggingFace.ts'
import type { Layout, Shapes } from './layout.ts'
import { modelFolder } from './modelFolder.ts'
import { openClip } from './openClip.ts'

/** Layouts that are recognised, in the order they are tried. */
const layouts: readonly Layout[] = [openClip, huggingFace]

/**
 * @param configs config files beside the weights
 * @throws BAD_INPUT naming some tensors when the checkpoint has none of the known layouts
 */
export function detectLayout(shapes: Shapes, configs: readonly string[], source: string): Layout {
  if (configs.includes(modelFolder.configFile)) return modelFolder
  const layout = layouts.find((candidate) => candidate.matches(shapes))
  if (layout) return layout
  const names = [...shapes.keys()].slice(0, 3).join(', ')
  throw new AnamnesisError(
    'BAD_INPUT',
    `${source} is no checkpoint that can be imported: its tensors (${names}, ...) are those of none of ` +
      `${layouts.map(({ title }) => title).join('; ')}.`,
  )
}
