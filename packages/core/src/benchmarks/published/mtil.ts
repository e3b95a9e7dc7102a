import { type Confidence, MTIL_COLUMNS, type PublishedRow, shares } from './row.ts'

const Z = 'ZSCL repository (Thunderbeee/ZSCL)'
const NOTES = 'notes of others on the papers'

type Three = readonly [transfer: number, avg: number, last: number]

interface Printed {
  method: string
  methodId: string | null
  one: Three
  two?: Three
  /** Points; computed by us from the accuracy matrices of the repository. */
  bwt?: number
  confidence: Confidence
  source: string
  variant?: string
  remark?: string
}

/** CLIP ViT-B/16, full data, accuracy in per cent. */
const ROWS: readonly Printed[] = [
  {
    method: 'Zero-shot',
    methodId: 'zero-shot',
    one: [69.4, 65.3, 65.3],
    two: [65.4, 65.3, 65.3],
    bwt: 0,
    confidence: 'code',
    source: Z,
    remark: 'Transfer differs from Avg because it leaves out the first data set; some papers print 65.3 for both.',
  },
  {
    method: 'Continual FT',
    methodId: 'fine-tune',
    one: [44.6, 55.9, 77.3],
    two: [46.6, 56.2, 67.4],
    bwt: -12.05,
    confidence: 'code',
    source: Z,
  },
  {
    method: 'LwF',
    methodId: 'lwf',
    one: [56.9, 64.7, 74.6],
    two: [53.2, 62.2, 71.9],
    bwt: -11.65,
    confidence: 'code',
    source: Z,
  },
  {
    method: 'iCaRL',
    methodId: 'icarl',
    one: [50.4, 65.7, 80.1],
    two: [50.9, 56.9, 71.6],
    bwt: -7.66,
    confidence: 'code',
    source: Z,
  },
  {
    method: 'LwF-VR',
    methodId: 'lwf-vr',
    one: [57.2, 65.1, 76.6],
    two: [53.1, 60.6, 68.3],
    bwt: -10.12,
    confidence: 'code',
    source: Z,
  },
  {
    method: 'WiSE-FT',
    methodId: 'wise-ft',
    one: [52.3, 60.7, 77.7],
    two: [51.0, 61.5, 72.2],
    bwt: -11.9,
    confidence: 'code',
    source: Z,
  },
  {
    method: 'ZSCL*',
    methodId: 'zscl',
    variant: 'without weight constraint',
    one: [62.2, 72.6, 84.5],
    two: [59.8, 71.8, 83.3],
    bwt: -4.69,
    confidence: 'code',
    source: Z,
  },
  {
    method: 'ZSCL',
    methodId: 'zscl',
    one: [68.1, 75.4, 83.6],
    two: [64.2, 74.5, 83.4],
    bwt: -3.85,
    confidence: 'code',
    source: Z,
  },
  { method: 'MoE-Adapters', methodId: 'moe-adapters', one: [68.9, 76.7, 85.0], confidence: 'secondary', source: NOTES },
  { method: 'DIKI', methodId: 'diki', one: [68.7, 76.3, 85.1], confidence: 'secondary', source: NOTES },
  {
    method: 'Dual-RAIL',
    methodId: 'rail-dual',
    one: [69.4, 77.8, 86.8],
    confidence: 'secondary',
    source: NOTES,
  },
  { method: 'DPeCLIP', methodId: null, one: [69.1, 77.5, 86.9], confidence: 'secondary', source: NOTES },
  {
    method: 'GIFT',
    methodId: 'gift',
    one: [69.3, 77.3, 86.0],
    confidence: 'secondary',
    source: NOTES,
    remark: 'Two independent notes agree.',
  },
  { method: 'LoRA', methodId: null, one: [63.9, 70.1, 79.9], confidence: 'secondary', source: NOTES },
  { method: 'InfLoRA', methodId: null, one: [66.2, 74.2, 83.6], confidence: 'secondary', source: NOTES },
  { method: 'NuSA-CL', methodId: null, one: [68.6, 75.1, 82.8], confidence: 'secondary', source: NOTES },
  {
    method: 'ConDU',
    methodId: null,
    variant: 'full fine-tuning',
    one: [70.8, 78.8, 87.1],
    confidence: 'secondary',
    source: NOTES,
  },
  {
    method: 'CoLeCLIP',
    methodId: null,
    variant: 'class-incremental',
    one: [68.8, 73.7, 79.7],
    confidence: 'secondary',
    source: NOTES,
    remark: 'Another setting: all classes are merged (ODCL), so it does not compare with the other rows.',
  },
]

function rowOf(printed: Printed, order: string, values: Three, bwt: number | undefined): PublishedRow {
  const { method, methodId, variant = '', confidence, source, remark } = printed
  return {
    suite: 'mtil',
    order,
    table: 'main',
    method,
    methodId,
    variant,
    values: shares([...MTIL_COLUMNS, 'bwt'], [...values, bwt ?? null]),
    recomputed: bwt === undefined ? [] : ['bwt'],
    perTask: {},
    confidence,
    source,
    remarks: remark ? [remark] : [],
  }
}

export const mtilRows: readonly PublishedRow[] = [
  ...ROWS.map((row) => rowOf(row, 'order-1', row.one, row.bwt)),
  ...ROWS.flatMap((row) => (row.two ? [rowOf(row, 'order-2', row.two, undefined)] : [])),
]
