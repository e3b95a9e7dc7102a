/** Words of captions that tell how a picture was made, the surest first. Abbreviations in capitals only. */
const WORDS: readonly (readonly [modality: string, words: RegExp])[] = [
  ['X-ray', /\b(x-?rays?|radiographs?|radiography|cxr|mammogra(m|ms|phy)|fluoroscopy)\b/i],
  ['MRI', /\b(mri|mr imag\w+|magnetic resonance imag\w+|t[12][- ]weighted|flair)\b/i],
  ['CT', /\b(CT|CECT|HRCT|[Mm]icro-?CT)\b(?! values?)|\b[Cc]omputed tomograph\w+/],
  ['PET', /\bPET\b|\b[Pp]ositron emission tomograph\w+/],
  ['ultrasound', /\b(ultrasound|ultrasonogra\w+|sonogra\w+|echocardiogra\w+|doppler)\b/i],
  ['OCT', /\b(optical coherence tomograph\w+|oct (scan|image|b-scan)\w*)\b/i],
  ['fundus', /\b(fundus (photo\w*|image\w*|autofluorescence)|fundoscop\w+|retinal photograph\w*)\b/i],
  ['endoscopy', /\b(endoscop\w+|colonoscop\w+|gastroscop\w+|bronchoscop\w+|laparoscop\w+)\b/i],
  ['dermoscopy', /\b(dermoscop\w+|dermatoscop\w+)\b/i],
  ['electron microscopy', /\b(electron microgra\w+|electron microscop\w+|tem image\w*|sem image\w*)\b/i],
  ['histopathology', /\b(histolog\w+|histopatholog\w+|h ?& ?e|hematoxylin|haematoxylin|immunohistochem\w+|biopsy)\b/i],
  ['fluorescence microscopy', /\b(immunofluorescen\w+|confocal|fluorescence microscop\w+|gfp|dapi)\b/i],
  ['light microscopy', /\b(photomicrogra\w+|microscop\w+|micrograph\w*|giemsa|blood smear)\b/i],
  ['gel', /\b(western blots?|immunoblot\w*|southern blots?|gel electrophoresis|sds-page)\b/i],
  [
    'plot',
    /\b(kaplan-meier|roc curves?|scatter ?plots?|box ?plots?|histograms?|bar (graph|chart)s?|forest plot|error bars|heat ?maps?)\b/i,
  ],
  ['diagram', /\b(schematic\w*|diagrams?|flow ?charts?|workflow|phylogenetic tree|overview of)\b/i],
  ['photograph', /\b(photographs?|photos?)\b/i],
]

/** A guess from the words of the caption, for filters; empty where no word tells. */
export function modalityOfCaption(caption: string): string {
  return WORDS.find(([, words]) => words.test(caption))?.[0] ?? ''
}
