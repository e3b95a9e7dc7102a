import { linearNames } from '../sequence.ts'
import type { BlockNames } from '../transformer.ts'
import { hiddenWidth, type Specs } from './specs.ts'

/** Parameter names of block `<prefix>.<block>` in CLIP's towers. */
export function clipBlock(prefix: string, block: number): BlockNames {
  const name = `${prefix}.${block}`
  return {
    attention: { joined: { weight: `${name}.attn.in_proj_weight`, bias: `${name}.attn.in_proj_bias` } },
    attentionOutput: linearNames(`${name}.attn.out_proj`),
    attentionNorm: `${name}.ln_1`,
    up: linearNames(`${name}.mlp.c_fc`),
    down: linearNames(`${name}.mlp.c_proj`),
    mlpNorm: `${name}.ln_2`,
  }
}

/** Starting values follow CLIP (Radford 2021, section 2.4 and its released code) in both towers. */
export function clipBlockSpecs(
  specs: Specs,
  prefix: string,
  tower: { width: number; depth: number; mlpRatio: number },
): void {
  const { width, depth } = tower
  const hidden = hiddenWidth(tower)
  const attention = width ** -0.5
  const projection = attention * (2 * depth) ** -0.5 // keeps the residual stream's variance independent of depth
  for (let i = 0; i < depth; i++) {
    const block = `${prefix}.${i}`
    specs.norm(`${block}.ln_1`, width)
    specs.linear(`${block}.attn.in_proj_weight`, `${block}.attn.in_proj_bias`, 3 * width, width, attention)
    specs.linear(`${block}.attn.out_proj.weight`, `${block}.attn.out_proj.bias`, width, width, projection)
    specs.norm(`${block}.ln_2`, width)
    specs.linear(`${block}.mlp.c_fc.weight`, `${block}.mlp.c_fc.bias`, hidden, width, (2 * width) ** -0.5)
    specs.linear(`${block}.mlp.c_proj.weight`, `${block}.mlp.c_proj.bias`, width, hidden, projection)
  }
}
