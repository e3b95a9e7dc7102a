import { airogs } from './datasets/airogs.ts'
import { aod } from './datasets/aod.ts'
import { boneMarrow } from './datasets/boneMarrow.ts'
import { breakhis } from './datasets/breakhis.ts'
import { chaoyang } from './datasets/chaoyang.ts'
import { chestXray14 } from './datasets/chestXray14.ts'
import { chexchonet } from './datasets/chexchonet.ts'
import { covidPneumonia } from './datasets/covidPneumonia.ts'
import { eyepacs } from './datasets/eyepacs.ts'
import { farfumRop } from './datasets/farfumRop.ts'
import { gasHisSdb } from './datasets/gasHisSdb.ts'
import { isic2024 } from './datasets/isic2024.ts'
import { nctCrc } from './datasets/nctCrc.ts'
import { pitvis } from './datasets/pitvis.ts'
import { ranzcr } from './datasets/ranzcr.ts'
import type { PublicDataset } from './definition.ts'

/** Every public data set that is read from its published folder layout. */
export const publicDatasets: readonly PublicDataset[] = [
  ranzcr,
  chexchonet,
  covidPneumonia,
  breakhis,
  chaoyang,
  gasHisSdb,
  eyepacs,
  airogs,
  farfumRop,
  aod,
  boneMarrow,
  isic2024,
  nctCrc,
  chestXray14,
  pitvis,
]
