import { abdominalCt } from './abdominalCt.ts'
import { bloodSmear } from './bloodSmear.ts'
import { brainMri } from './brainMri.ts'
import { breastUltrasound } from './breastUltrasound.ts'
import { chestXray } from './chestXray.ts'
import { dermoscopy } from './dermoscopy.ts'
import { fundus } from './fundus.ts'
import { histology } from './histology.ts'
import type { Phantom } from './phantom.ts'

/** Every modality that can be drawn. The literature has figures of all of them. */
export const phantoms: readonly Phantom[] = [
  chestXray,
  brainMri,
  abdominalCt,
  fundus,
  breastUltrasound,
  bloodSmear,
  dermoscopy,
  histology,
]
