import type { NewFigure, NewFigureRecord } from '../../contracts/index.ts'
import { AnamnesisError } from '../../contracts/index.ts'
import { modalityOfCaption } from '../captionModality.ts'
import type { ImportNotes } from '../importNotes.ts'
import { licenceGroup, licenceName } from '../licence.ts'
import { missingCard } from '../literatureImage.ts'
import type { Pictures } from '../pictures.ts'
import type { Article, ArticleFigure } from './article.ts'
import { articleKey } from './identifiers.ts'

interface Source {
  /** Names the file in messages. */
  place: string
  /** Folder of the file in its source. */
  near: string
  pictures: Pictures
  captionsOnly: boolean
}

/** The figures of an article with their pictures. What cannot be stored is told to `notes`. */
export async function* articleRecords(
  article: Article,
  source: Source,
  notes: ImportNotes,
): AsyncGenerator<NewFigureRecord> {
  notes.addRelated(article)
  const key =
    articleKey(article) ||
    source.place
      .replace(/^.*\//, '')
      .replace(/\.\w+$/, '')
      .toLowerCase()
  const shared = aboutArticle(article, key)
  for (const figure of article.figures) {
    const place = `${source.place}, figure ${figure.id}`
    if (figure.caption === '') {
      notes.problems.add(place, new AnamnesisError('BAD_INPUT', 'The figure has no caption.'))
      continue
    }
    const addresses = figure.graphics.length === 0 ? [null] : figure.graphics
    for (const [number, address] of addresses.entries()) {
      const id = `${key}/${figure.id}${number === 0 ? '' : `-${number + 1}`}`
      const image = await pictureOf(address, source, place, notes)
      if (image) {
        yield { figure: { ...shared, ...aboutFigure(figure, key), id }, image, place }
      } else if (source.captionsOnly) {
        yield {
          figure: { ...shared, ...aboutFigure(figure, key), id, imageMissing: true },
          image: await missingCard(),
          place,
        }
      }
    }
  }
}

/** @returns null when it is missing or cannot be read, which is told to `notes` */
async function pictureOf(
  address: string | null,
  { pictures, near }: Source,
  place: string,
  notes: ImportNotes,
): Promise<Uint8Array | null> {
  if (address === null) {
    notes.problems.missing(`${place}: it names no picture (a video?)`)
    return null
  }
  try {
    const image = await pictures.find(address, near)
    if (!image) notes.problems.missing(`${place}: ${address}`)
    return image
  } catch (error) {
    notes.problems.add(place, error)
    return null
  }
}

/** What all figures of an article have in common. */
function aboutArticle(article: Article, key: string): Omit<NewFigure, 'id' | 'caption'> {
  const { doi, pmid, pmcid, licence } = article
  return {
    licence: licenceName(licence.text, licence.url),
    licenceGroup: licenceGroup(licence.text, licence.url),
    article: article.title,
    articleId: key.slice(0, 300),
    pmid,
    pmcid,
    doi,
    url: doi ? `https://doi.org/${doi}` : pmcid ? `https://pmc.ncbi.nlm.nih.gov/articles/${pmcid}/` : null,
    journal: article.journal,
    year: article.year,
    keywords: article.keywords,
  }
}

/** What a figure says itself. A licence of its own goes before the one of the article. */
function aboutFigure(figure: ArticleFigure, key: string): Omit<NewFigure, 'id'> {
  const { licence } = figure
  return {
    caption: figure.caption,
    label: figure.label,
    modality: modalityOfCaption(figure.caption),
    parentId: figure.parent === null ? null : `${key}/${figure.parent}`,
    credit: figure.credit,
    ...(licence && {
      licence: licenceName(licence.text, licence.url),
      licenceGroup: licenceGroup(licence.text, licence.url),
    }),
  }
}
