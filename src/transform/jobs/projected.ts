// What a job must know of a table with partition projection before its partitions are: that it is one, and under which folder
// all of them lie. The partitions themselves are the business of whoever reads its properties.
import type { CatalogTable } from '../../catalog/glue/table.ts'

export const isProjected = ({ parameters }: CatalogTable): boolean =>
  parameters['projection.enabled']?.trim().toLowerCase() === 'true'

/** The location up to the first folder that a partition's value names. */
export const projectedUnder = ({ parameters, location }: CatalogTable): string =>
  (parameters['storage.location.template'] ?? location).replace(/[^/]*\$\{.*$/s, '')
