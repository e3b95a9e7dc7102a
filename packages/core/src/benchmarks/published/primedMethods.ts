/** Rows of the tables of PRIMED (arXiv 2512.13072v1): name as printed and the method of this product. */
export const PRIMED_SOURCE = 'PRIMED, arXiv 2512.13072v1'

export const PRIMED_METHODS: Readonly<Record<string, string>> = {
  'Zero-shot': 'zero-shot',
  'Continual FT': 'fine-tune',
  'l2 baseline': 'l2',
  LwF: 'lwf',
  iCaRL: 'icarl',
  'WiSE-FT': 'wise-ft',
  ZSCL: 'zscl',
  'MoE-CL': 'moe-adapters',
  SND: 'snd',
  DIKI: 'diki',
  GIFT: 'gift',
  PRIMED_uni: 'primed-uni',
  PRIMED_dyn: 'primed-dyn',
}
