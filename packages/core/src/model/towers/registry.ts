import type { ModelConfig } from '../../contracts/index.ts'
import { bertText } from './bertText.ts'
import { clipImage } from './clipImage.ts'
import { clipText } from './clipText.ts'
import { timmImage } from './timmImage.ts'
import type { ImageTowerDefinition, TextTowerDefinition } from './tower.ts'

/** The image tower of a model. A new kind is a new file, a line in the config schema and a line here. */
export function imageTower(image: ModelConfig['image']): ImageTowerDefinition {
  switch (image.kind) {
    case 'clip':
      return clipImage(image)
    case 'timm':
      return timmImage(image)
  }
}

/** The text tower of a model. */
export function textTower(text: ModelConfig['text']): TextTowerDefinition {
  switch (text.kind) {
    case 'clip':
      return clipText(text)
    case 'bert':
      return bertText(text)
  }
}
