import { parameterSpecs } from '../parameters.ts'
import { MODEL_CONFIG } from './choose.ts'
import type { Layout } from './layout.ts'

/** A model folder of this product, from another installation. */
export const modelFolder: Layout = {
  id: 'anamnesis',
  title: 'model folder',
  configFile: MODEL_CONFIG,
  matches: () => false, // told by its model.json: its tensors are named as open_clip's
  infer: (_, { config }) => config as Record<string, unknown>,
  rules: (config) => [...parameterSpecs(config).keys()].map((ours) => ({ ours, theirs: [ours] })),
  harmless: /^$/,
}
