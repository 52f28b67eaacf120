// One crawl: every target is walked and looked into (nothing is changed), the folders are grouped into tables, and one
// commit brings the catalog up to date and ends the crawl. A crawl that dies changed nothing.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Scope } from '../glue/table.ts'
import { parseConfiguration } from './configuration.ts'
import type { Changes, CrawlerDefinition, S3Target } from './crawler.ts'
import { AccessDeniedException, EntityNotFoundException, InvalidInputException } from './faults.ts'
import { group } from './grouping.ts'
import type { CatalogWriter, Objects, Permits } from './ports.ts'
import { type PlacedTable, Registration, withSlash } from './registration.ts'
import { survey } from './survey.ts'

export interface CrawlParts {
  readonly ledger: Ledger
  readonly s3: Objects
  readonly catalog: CatalogWriter
  readonly permits: Permits
}

export interface CrawlRequest {
  readonly scope: Scope
  readonly crawler: CrawlerDefinition
  readonly now: number
  readonly signal: AbortSignal
  /** In the same commit: the crawl is over. */
  readonly end: (write: Transaction, changes: Changes) => void
}

export async function crawl(parts: CrawlParts, request: CrawlRequest): Promise<void> {
  const { scope, crawler, signal } = request
  const { catalog, ledger } = parts
  const configuration = parseConfiguration(crawler.configuration)
  const role = roleArn(scope, crawler.role)
  const known =
    crawler.recrawlBehavior === 'CRAWL_NEW_FOLDERS_ONLY' ? knownLocations(catalog, scope, crawler) : undefined
  const tables: PlacedTable[] = []
  let skipped = 0
  for (const target of crawler.targets) {
    const { bucket, prefix } = placeOf(target)
    if (!parts.s3.bucketExists(bucket))
      throw new EntityNotFoundException(`The bucket ${bucket} of the target ${target.path} does not exist.`)
    demand(parts.permits, role, 's3:ListBucket', `arn:aws:s3:::${bucket}`)
    const folders = await survey({
      s3: parts.s3,
      bucket,
      prefix,
      target,
      isKnown: folder => known?.has(`s3://${bucket}/${folder}`) ?? false,
      check: object => demand(parts.permits, role, 's3:GetObject', `arn:aws:s3:::${bucket}/${object.key}`),
      signal,
    })
    const above = prefix.split('/').slice(0, -1)
    const grouping = group(folders, configuration, above.length + 1)
    skipped += grouping.skipped.length
    for (const found of grouping.tables) {
      const path = [...above, ...found.path]
      const location = withSlash(`s3://${[bucket, ...path].join('/')}`)
      tables.push({ found, location, folder: path.at(-1) ?? bucket })
    }
  }
  const catalogArn = `arn:aws:glue:${scope.region}:${scope.account}`
  for (const action of ['glue:CreateTable', 'glue:UpdateTable', 'glue:BatchCreatePartition'])
    demand(parts.permits, role, action, `${catalogArn}:database/${crawler.database.toLowerCase()}`)
  const registration = new Registration({ catalog, scope, crawler, configuration, createdBy: role, now: request.now })
  await ledger.commit(write => {
    signal.throwIfAborted()
    // From here tables, partitions and the crawl's end are visible together.
    const targets = crawler.targets.map(target => {
      const { bucket, prefix } = placeOf(target)
      return `s3://${bucket}/${prefix}`
    })
    request.end(write, { ...registration.apply(write, tables, targets), foldersSkipped: skipped })
  })
}

/** Throws InvalidInputException for what is no location. */
export function placeOf({ path }: S3Target): { readonly bucket: string; readonly prefix: string } {
  const found = /^(?:s3:\/\/)?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(path)
  if (!found?.[1]) throw new InvalidInputException(`The path of an S3 target must be like s3://bucket/folder/: ${path}`)
  const prefix = found[2] ?? ''
  return { bucket: found[1], prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` }
}

function knownLocations(
  catalog: CatalogWriter,
  scope: Scope,
  { name, database }: CrawlerDefinition,
): ReadonlySet<string> {
  const locations = new Set<string>()
  for (const table of catalog.tables(scope, database)) {
    if (table.parameters.UPDATED_BY_CRAWLER !== name) continue
    if (table.partitionKeys.length === 0) locations.add(withSlash(table.location))
    for (const partition of catalog.partitions(scope, database, table.name))
      locations.add(withSlash(partition.location))
  }
  return locations
}

const roleArn = (scope: Scope, role: string) =>
  role.startsWith('arn:') ? role : `arn:aws:iam::${scope.account}:role/${role}`

function demand(permits: Permits, role: string, action: string, resource: string): void {
  if (permits(role, 'glue.amazonaws.com', action, resource)) return
  throw new AccessDeniedException(
    `The role ${role} is not authorized to perform: ${action} on resource: ${resource}. ` +
      'Either the role does not exist, it does not trust glue.amazonaws.com, or no policy of it allows the action.',
  )
}
