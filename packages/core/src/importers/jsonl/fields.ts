import { AnamnesisError, type LicenceGroup, type NewFigure } from '../../contracts/index.ts'
import { modalityOfCaption } from '../captionModality.ts'
import { articleKey, plainDoi, plainPmcid, plainPmid } from '../jats/identifiers.ts'
import { licenceGroup, licenceName } from '../licence.ts'

/** What a record is asked for, with the names that data sets give it, the likeliest first. A dot leads into an object. */
const FIELDS = {
  id: ['id', 'figure_id', 'pair_id', 'uuid', 'image_id', 'key', '__key__', 'uid'],
  image: [
    'image',
    'image_path',
    'image_file',
    'image_file_name',
    'image_primary_name',
    'path',
    'file',
    'file_name',
    'filename',
    'name',
    'figure_path',
    'graphic_ref',
    'image_name',
    'jpg',
  ],
  caption: ['caption', 'image_caption', 'text', 'subcaption', 'figure_caption', 'title_caption', 'caption_text'],
  label: ['label', 'figure_label', 'fig_label', 'image_figure_label'],
  licence: ['licence', 'license', 'article_license', 'license_type', 'image_license', 'licence_name'],
  licenceUrl: ['licence_url', 'license_url', 'license_link'],
  group: ['licence_group', 'license_group', 'article_license_group', 'subset'],
  pmid: ['pmid', 'PMID', 'article_pmid', 'article_accession_pmid'],
  pmcid: ['pmcid', 'PMCID', 'PMC_ID', 'pmc_id', 'article_pmcid', 'article_accession_id', 'pmc'],
  doi: ['doi', 'DOI', 'article_doi'],
  url: ['url', 'article_url', 'image_url', 'link'],
  article: ['article_title', 'title', 'article', 'article_name'],
  journal: ['journal', 'article_journal', 'journal_title', 'journal_name'],
  year: ['year', 'article_year', 'pub_year', 'publication_year', 'article_date', 'date'],
  keywords: ['keywords', 'article_keywords', 'mesh', 'mesh_terms'],
  modality: ['modality', 'image_modality', 'image_type', 'image_primary_label', 'concept_modality'],
  anatomy: ['anatomy', 'body_part', 'region', 'organ'],
  credit: ['credit', 'attribution', 'article_citation', 'citation', 'citation_string'],
  parent: ['parent_id', 'parent', 'compound_figure_id'],
  panel: ['panel', 'subfigure', 'panel_label', 'subfigure_id'],
  retracted: ['retracted', 'is_retracted', 'article_retracted'],
} as const satisfies Record<string, readonly string[]>
type Field = keyof typeof FIELDS

/** A record as a figure, and the name of its image where it says one. */
export interface ReadRecord {
  figure: NewFigure
  image: string | null
}

/**
 * Reads a record of any of the usual shapes (ROCO, PMC-OA, MedICaT, BIOMEDICA and their kin).
 * @param fallbackId where the record has none
 * @throws BAD_INPUT naming what is missing
 */
export function readRecord(record: Readonly<Record<string, unknown>>, fallbackId: string | null): ReadRecord {
  const image = text(record, 'image')
  const id = text(record, 'id') ?? fallbackId ?? image
  const caption = text(record, 'caption')
  if (!id) throw new AnamnesisError('BAD_INPUT', `It has no id (looked for ${FIELDS.id.join(', ')}).`)
  if (!caption) throw new AnamnesisError('BAD_INPUT', `It has no caption (looked for ${FIELDS.caption.join(', ')}).`)
  const ids = {
    pmcid: plainPmcid(text(record, 'pmcid')),
    pmid: plainPmid(text(record, 'pmid')),
    doi: plainDoi(text(record, 'doi')),
  }
  const licence = text(record, 'licence')
  const licenceUrl = text(record, 'licenceUrl')
  const year = /\b(1[5-9]\d\d|20\d\d)\b/.exec(text(record, 'year') ?? '')
  return {
    image,
    figure: {
      ...ids,
      id: id.slice(0, 200),
      caption: caption.slice(0, 20_000),
      label: (text(record, 'label') ?? '').slice(0, 300),
      licence: licenceName(licence, licenceUrl),
      licenceGroup: groupOf(licence, licenceUrl, text(record, 'group')),
      url: text(record, 'url')?.slice(0, 2000) ?? null,
      article: (text(record, 'article') ?? '').slice(0, 1000),
      articleId: articleKey(ids),
      journal: (text(record, 'journal') ?? '').slice(0, 500),
      year: year ? Number(year[1]) : null,
      keywords: list(value(record, 'keywords')),
      modality: (text(record, 'modality') ?? modalityOfCaption(caption)).slice(0, 100),
      anatomy: (text(record, 'anatomy') ?? '').slice(0, 100),
      credit: text(record, 'credit')?.slice(0, 2000) ?? null,
      parentId: text(record, 'parent')?.slice(0, 200) ?? null,
      panel: text(record, 'panel')?.slice(0, 40) ?? null,
      retracted: /^(true|1|yes)$/i.test(text(record, 'retracted') ?? ''),
    },
  }
}

/** By the licence where there is one, else by the group that the data set gives. */
function groupOf(licence: string | null, url: string | null, group: string | null): LicenceGroup {
  if (licence ?? url) return licenceGroup(licence, url)
  return /^commercial/i.test(group ?? '') ? 'commercial' : licenceGroup(group)
}

function value(record: Readonly<Record<string, unknown>>, field: Field): unknown {
  for (const name of FIELDS[field]) {
    const found = record[name]
    if (found !== undefined && found !== null && found !== '') return found
  }
  return null
}

/** Words of a field; of a list its first entry. */
function text(record: Readonly<Record<string, unknown>>, field: Field): string | null {
  const found = value(record, field)
  const one = Array.isArray(found) ? found[0] : found
  if (typeof one === 'string') return one.trim() || null
  return typeof one === 'number' || typeof one === 'boolean' ? String(one) : null
}

function list(found: unknown): string[] {
  const parts = Array.isArray(found) ? found.map(String) : typeof found === 'string' ? found.split(/[;|]/) : []
  return parts
    .map((part) => part.trim().slice(0, 300))
    .filter((part) => part !== '')
    .slice(0, 200)
}
